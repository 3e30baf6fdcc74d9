import { inTurn } from '#shared/async/in-turn';
import { looseIdentifier } from '#shared/identity/identifier';
import type { SkippedFile, SplitName } from '#shared/models/dataset';
import type { FileFacts, PictureFacts } from '../../ingest/types';
import { addPicture } from '../../store/duplicates';
import { type FileKeys, storeFileKeys } from '../../store/identities';
import {
  fileGroupNumber,
  originNumber,
  type PatientRef,
  patientOf,
  siteNumber,
  studyNumber,
} from '../../store/identity';
import { addImage, groupFrames, moveImages, patientOfFile, type StoredLocation } from '../../store/images';
import { addSkip } from '../../store/imports';
import { addLabelClaim, dropLabelClaim } from '../../store/label-claims';
import { classNumber, type LabelSource, labelSource, setLabel } from '../../store/labels';
import { type CachedPicture, setCachedPicture } from '../../store/packs';
import { readerNumber, readingsOf, setReading, unanimousClass } from '../../store/readings';
import { sourceNumber } from '../../store/sources';
import { THUMBNAIL } from '../cache/find-pictures';
import type { TableReading } from '../label-tables/table-entry';
import { USUAL_RASTERS } from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** A decoded image to be stored. */
export interface ReadyImage {
  readonly facts: FileFacts;
  readonly picture: PictureFacts;
  /** Where its pictures were appended. */
  readonly cached: { readonly raster: CachedPicture; readonly thumbnail: CachedPicture };
  /** As stored in `sources`: absolute, or `project:…` for a folder inside the project. */
  readonly source: string;
  readonly path: string;
  readonly label: { readonly name: string; readonly from: LabelSource } | null;
  readonly patient: PatientRef | null;
  /** Null if the file has no identifiers, such as PNG and JPEG files. */
  readonly keys: FileKeys | null;
  readonly readings: readonly TableReading[];
  readonly study: string | null;
  /** The lab's own name from a table, which takes precedence over the file's. */
  readonly site: string | null;
  readonly split: SplitName | null;
  readonly sex: string | null;
  readonly age: number | null;
}

/** A file whose content is already in the dataset and is not decoded again. */
export interface KnownFile {
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Frames that the import requests, from 0; each is in the dataset. */
  readonly frames: readonly number[];
  readonly label: ReadyImage['label'];
  readonly readings: ReadyImage['readings'];
  /** As stored in `sources`. */
  readonly source: string;
  readonly path: string;
  /** Keys that are not stored yet because an earlier version of Fovea imported the file; else null. */
  readonly keys: FileKeys | null;
}

/** A file that disappeared from some of its recorded places and was found at a new one. */
export interface MovedFile {
  readonly hash: string;
  readonly from: readonly StoredLocation[];
  readonly source: string;
  readonly path: string;
}

export interface BatchTotals {
  added: number;
  duplicates: number;
  moved: number;
  /** Duplicates whose label differs from that of the first copy, unless a person set the latter. */
  conflicts: number;
  /** The first conflicts, both files each: “a.png” (benign) and “b.png” (malignant). */
  conflictExamples: readonly string[];
}

const MAX_CONFLICT_EXAMPLES = 5;
const BATCH_IMAGES = 50;
const BATCH_MS = 500;

/** What is stored in one transaction. */
interface Collected {
  readonly images: ReadyImage[];
  readonly known: KnownFile[];
  readonly moves: MovedFile[];
  readonly skips: SkippedFile[];
  readonly firstAt: number;
}

const sizeOf = ({ images, known, moves, skips }: Collected): number =>
  images.length + known.length + moves.length + skips.length;

const collect = (): Collected => ({ images: [], known: [], moves: [], skips: [], firstAt: performance.now() });

/**
 * Collects decoded files and stores them in transactions of at most 50 files or half a second. The next transaction is
 * collected while one is stored, so a kill loses at most two; importing again continues.
 */
export class ImportBatch {
  readonly totals: BatchTotals = { added: 0, duplicates: 0, moved: 0, conflicts: 0, conflictExamples: [] };
  readonly #project: OpenProject;
  readonly #importId: number;
  /** Puts the pictures of the images on disk. */
  readonly #flush: () => Promise<void>;
  readonly #onStored: () => void;
  readonly #inTurn = inTurn();
  #collected = collect();

  constructor(project: OpenProject, importId: number, flush: () => Promise<void>, onStored: () => void) {
    this.#project = project;
    this.#importId = importId;
    this.#flush = flush;
    this.#onStored = onStored;
  }

  /** Throws, as the other methods do, the store's errors if this file completes a transaction. */
  add(image: ReadyImage): Promise<void> {
    return this.#collect(({ images }) => images.push(image));
  }

  known(file: KnownFile): Promise<void> {
    return this.#collect(({ known }) => known.push(file));
  }

  move(file: MovedFile): Promise<void> {
    return this.#collect(({ moves }) => moves.push(file));
  }

  skip(skip: SkippedFile): Promise<void> {
    return this.#collect(({ skips }) => skips.push(skip));
  }

  async #collect(put: (collected: Collected) => void): Promise<void> {
    if (sizeOf(this.#collected) === 0) this.#collected = collect();
    const collected = this.#collected;
    put(collected);
    if (sizeOf(collected) >= BATCH_IMAGES || performance.now() - collected.firstAt >= BATCH_MS) await this.store();
  }

  /** Stores what was collected in one transaction. Throws the store's errors; nothing of it is stored then. */
  store(): Promise<void> {
    const collected = this.#collected;
    this.#collected = collect();
    return this.#inTurn(async () => {
      if (sizeOf(collected) === 0) return;
      if (collected.images.length > 0) await this.#flush();
      this.#storeNow(collected);
    });
  }

  #storeNow({ images, known, moves, skips }: Collected): void {
    const { store } = this.#project;
    const before = { ...this.totals };
    try {
      store.transaction(() => {
        for (const file of moves) this.#moveFile(file);
        for (const image of images) this.#storeImage(image);
        for (const file of known) this.#storeKnown(file);
        for (const skip of skips) addSkip(store, this.#importId, skip);
      });
    } catch (error) {
      Object.assign(this.totals, before);
      throw error;
    }
    this.#onStored();
  }

  /** Frames keep the patient of their file, whatever a later import claims; without one, the file forms a group. */
  #patientOf({ facts, patient }: ReadyImage): number | null {
    const { store } = this.#project;
    const present = facts.frames > 1 ? patientOfFile(store, facts.hash) : null;
    if (present !== null) return present;
    if (patient !== null) return patientOf(store, patient);
    return facts.frames > 1 ? fileGroupNumber(store, facts.hash) : null;
  }

  /** A table's name for the file's own institution is an alias of it, not another site. */
  #siteOf(named: string | null, institution: string | null): number | null {
    const { store } = this.#project;
    if (institution === null) return named === null ? null : siteNumber(store, named);
    if (named === null) return originNumber(store, 'site', institution);
    return looseIdentifier(named) === looseIdentifier(institution)
      ? originNumber(store, 'site', institution, named)
      : siteNumber(store, named);
  }

  /** The table's label, else the class on which all readers agree, else the folder's. */
  #labelOf(
    { label, readings }: Pick<ReadyImage, 'label' | 'readings'>,
    id: number,
  ): { classId: number; from: LabelSource } | null {
    const { store } = this.#project;
    for (const reading of readings) {
      const reader = readerNumber(store, reading.reader);
      setReading(store, { image: id, reader, classId: classNumber(store, reading.label) }, 'table');
    }
    const agreed = readings.length === 0 || label?.from === 'table' ? null : unanimousClass(readingsOf(store, id));
    if (agreed !== null) return { classId: agreed, from: 'table' };
    return label === null ? null : { classId: classNumber(store, label.name), from: label.from };
  }

  #storeImage(image: ReadyImage): void {
    const { store } = this.#project;
    const { facts } = image;
    const { institution, station } = facts.equipment;
    const patientId = this.#patientOf(image);
    const { id, outcome } = addImage(store, {
      hash: facts.hash,
      frame: facts.frame,
      sourceId: sourceNumber(store, image.source),
      path: image.path,
      fileBytes: facts.fileBytes,
      kind: facts.kind,
      width: facts.width,
      height: facts.height,
      frames: facts.frames,
      colour: facts.colour,
      modality: facts.modality,
      bitsStored: facts.bitsStored,
      photometricInterpretation: facts.photometricInterpretation,
      transferSyntax: facts.transferSyntax,
      window: facts.window,
      range: facts.range,
      sex: image.sex,
      age: image.age,
      manufacturer: facts.equipment.manufacturer,
      model: facts.equipment.model,
      siteId: this.#siteOf(image.site, institution),
      stationId: station === null ? null : originNumber(store, 'station', station),
      acquiredYear: facts.acquiredYear,
      burnedIn: facts.burnedInAnnotation === 'unknown' ? null : facts.burnedInAnnotation,
      flags: flagsOf(facts),
      patientId,
      studyId: image.study === null ? null : studyNumber(store, image.study, patientId),
      givenSplit: image.split,
      importId: this.#importId,
    });
    if (facts.frames > 1 && patientId !== null) groupFrames(store, facts.hash, patientId);
    if (image.keys !== null) storeFileKeys(store, facts.hash, image.keys);
    addPicture(store, id, image.picture);
    setCachedPicture(store, id, USUAL_RASTERS, image.cached.raster);
    setCachedPicture(store, id, THUMBNAIL, image.cached.thumbnail);
    if (outcome === 'added') this.totals.added += 1;
    else this.totals.duplicates += 1;
    this.#applyLabel(id, image, outcome);
  }

  #storeKnown({ hash, frames, keys, ...claims }: KnownFile): void {
    const { store } = this.#project;
    if (keys !== null) storeFileKeys(store, hash, keys);
    for (const frame of frames) {
      const row = store.get<{ id: number }>('SELECT id FROM images WHERE hash = ? AND frame = ?', hash, frame);
      if (row === undefined) continue;
      this.totals.duplicates += 1;
      this.#applyLabel(row.id, claims, 'duplicate');
    }
  }

  /** If several copies of a lost file were found, the first one stored becomes the new place. */
  #moveFile({ hash, from, source, path }: MovedFile): void {
    const { store } = this.#project;
    const to = { sourceId: sourceNumber(store, source), path };
    for (const place of from) this.totals.moved += moveImages(store, hash, place, to);
  }

  /** An import never replaces an existing label, or one that a person removed. */
  #applyLabel(
    id: number,
    claims: Pick<ReadyImage, 'label' | 'readings' | 'source' | 'path'>,
    outcome: 'added' | 'duplicate',
  ): void {
    const label = this.#labelOf(claims, id);
    if (label === null) return;
    const { store } = this.#project;
    const { classId, from } = label;
    const present = store.get<{ label_id: number | null }>('SELECT label_id FROM images WHERE id = ?', id)?.label_id;
    if (present === null || present === undefined) {
      if (labelSource(store, id) === null) setLabel(store, id, classId, from);
    } else if (outcome === 'duplicate' && present === classId) {
      dropLabelClaim(store, { image: id, sourceId: sourceNumber(store, claims.source), path: claims.path });
    } else if (outcome === 'duplicate' && labelSource(store, id) !== 'user') {
      this.#noteConflict(id, claims, present, classId);
    }
  }

  /** The first label stays until a person reviews the conflict; both files and their labels are stored for that. */
  #noteConflict(
    id: number,
    file: { readonly source: string; readonly path: string },
    has: number,
    claimed: number,
  ): void {
    const { store } = this.#project;
    addLabelClaim(store, {
      image: id,
      sourceId: sourceNumber(store, file.source),
      path: file.path,
      classId: claimed,
    });
    this.totals.conflicts += 1;
    if (this.totals.conflictExamples.length >= MAX_CONFLICT_EXAMPLES) return;
    const first = store.get<{ path: string }>('SELECT path FROM images WHERE id = ?', id)?.path ?? '';
    const className = (classId: number) =>
      store.get<{ name: string }>('SELECT name FROM classes WHERE id = ?', classId)?.name ?? '';
    const example = `“${first}” (${className(has)}) and “${file.path}” (${className(claimed)})`;
    this.totals.conflictExamples = [...this.totals.conflictExamples, example];
  }
}

function flagsOf(facts: FileFacts): string[] {
  const flags: string[] = [];
  if (facts.frames > 1) flags.push('multi-frame');
  if (facts.burnedInAnnotation === 'yes') flags.push('burned-in');
  return flags;
}
