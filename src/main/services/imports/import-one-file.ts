import { toErrorInfo } from '#shared/ipc/errors';
import type { ImportOptions } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import type { FileFacts, FrameOutcome, IngestedFrames } from '../../ingest/types';
import { type FileKeys, fileKeys, hasFileKeys } from '../../store/identities';
import { knownSizes } from '../../store/imports';
import { writeCache } from '../dataset/picture-cache';
import { imagesFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { type Copier, createCopier, hashOrNull } from './copier';
import { createUnpacker, type UnpackedFile, type Unpacker } from './import-archives';
import type { ImportBatch } from './import-batch';
import type { ImportDirections } from './import-directions';
import { type DirectedSource, directed, factsOf, labelOf } from './import-facts';
import { decodeFrames, framesKnown } from './import-frames';
import { lostPlaces } from './import-moves';
import type { ImportRun, ImportTally } from './import-result';
import { type ImportSource, sourceName } from './import-source';

/** Codes of what is wrong with an archive; anything else that unpacking throws is the project's disk, or a bug. */
const ARCHIVE_FAULTS = new Set(['damaged', 'file_changed', 'unreadable', 'too_large']);

/** A source whose bytes are on this disk, with the place that its images get. */
interface PresentFile extends DirectedSource {
  /** Absolute: the file itself, or what was unpacked of an archive. */
  readonly file: string;
  /** As `sources` keeps it. */
  readonly folder: string;
  readonly intoProject: boolean;
}

type FailedFrame = Extract<FrameOutcome, { readonly error: unknown }>;

/** The way of one file into the dataset: unpacked, found again or decoded, copied, handed to the batch. */
export class FileImporter {
  readonly #project: OpenProject;
  readonly #pool: DecodePool;
  readonly #options: ImportOptions;
  readonly #directions: ImportDirections;
  readonly #signal: AbortSignal;
  readonly #batch: ImportBatch;
  readonly #tally: ImportTally;
  readonly #copier: Copier;
  readonly #unpacker: Unpacker;
  /** Bytes of the files that are in: a file of another size cannot be one of them. */
  readonly #sizes: ReadonlySet<number>;

  constructor(run: ImportRun, pool: DecodePool, batch: ImportBatch, tally: ImportTally) {
    this.#project = run.project;
    this.#options = run.options;
    this.#directions = run.directions;
    this.#signal = run.handle.signal;
    this.#pool = pool;
    this.#batch = batch;
    this.#tally = tally;
    this.#copier = createCopier(run.project.folder);
    this.#unpacker = createUnpacker(run.project.folder);
    this.#sizes = knownSizes(run.project.store);
  }

  /** A file that cannot be read is skipped; only the project's own disk, or a bug, throws. */
  async import(source: ImportSource, index: number): Promise<void> {
    const from = directed(this.#directions, source, index);
    if (source.archived === null) {
      const hash = this.#sizes.has(source.bytes) ? await hashOrNull(source.file) : null;
      await this.#importPresent(this.#present(from, source.file), hash);
      return;
    }
    let unpacked: UnpackedFile;
    try {
      unpacked = await this.#unpacker.unpack(source.file, source.archived);
    } catch (error) {
      // The project's own disk ends the import; what is wrong with the archive is a line of the result.
      if (!ARCHIVE_FAULTS.has(toErrorInfo(error).code)) throw error;
      this.#skipFor(source, error);
      return;
    }
    try {
      await this.#importPresent(this.#present(from, unpacked.path), unpacked.hash);
    } finally {
      await unpacked.remove();
    }
  }

  dispose(): Promise<void> {
    return this.#unpacker.dispose();
  }

  #present(from: DirectedSource, file: string): PresentFile {
    const intoProject = this.#options.copy || from.source.archived !== null;
    const folder = intoProject ? imagesFolder(this.#project.folder) : from.source.root;
    return { ...from, file, folder: sourceName(this.#project, folder), intoProject };
  }

  /** `hash`: of the file, where it may be in already; null to decode it at once. */
  async #importPresent(file: PresentFile, hash: string | null): Promise<void> {
    if (hash !== null && (await this.#findKnown(file, hash))) return;
    await this.#decode(file);
  }

  /** Whether all its images are in; nothing of it is decoded then. */
  async #findKnown(present: PresentFile, hash: string): Promise<boolean> {
    await this.#followMove(present, hash);
    const frames = await framesKnown(this.#project, hash, this.#options.frames);
    if (frames.length === 0) return false;
    this.#tally.read += frames.length;
    this.#batch.known({
      hash,
      frames,
      label: labelOf(present, this.#options, this.#directions),
      readings: present.row?.readings ?? [],
      source: present.folder,
      path: present.source.path,
      keys: await this.#missingKeys(present, hash),
    });
    return true;
  }

  async #decode(present: PresentFile): Promise<void> {
    const failed: FailedFrame[] = [];
    let copy: string | null = null;
    let chosen = 1;
    for (let from = 0; from < chosen && !this.#signal.aborted; ) {
      const part = await this.#decodeFrom(present, from);
      if (part === null) return;
      ({ chosen, next: from } = part);
      for (const outcome of part.outcomes) {
        this.#tally.read += 1;
        if ('error' in outcome) {
          failed.push(outcome);
          continue;
        }
        await writeCache(this.#project.folder, outcome.file);
        copy ??= await this.#settle(present, outcome.file.facts);
        if (copy === null) return;
        const facts = factsOf(this.#project.store, outcome.file, present, this.#options, this.#directions);
        this.#batch.add({ source: present.folder, path: copy, ...facts });
      }
    }
    this.#skipFailed(present.source, failed, chosen);
  }

  /** Null, and the file skipped, where it cannot be read. */
  async #decodeFrom({ source, file }: PresentFile, from: number): Promise<IngestedFrames | null> {
    try {
      return await decodeFrames(this.#pool, file, this.#options.frames, from);
    } catch (error) {
      this.#skipFor(source, error);
      return null;
    }
  }

  /** Once per file that has an image: the path for its images, or null, and the file skipped, where it changed. */
  async #settle(present: PresentFile, facts: FileFacts): Promise<string | null> {
    const path = await this.#placeOf(present, facts.hash);
    if (path === null) {
      this.#skip(present.source, 'file_changed', 'The file changed or disappeared while it was being copied.');
      return null;
    }
    this.#tally.noteFile(facts);
    return path;
  }

  /** The path that the images of a file get, once it is copied; null where it is not what was read any more. */
  async #placeOf({ source, file, intoProject }: PresentFile, hash: string): Promise<string | null> {
    return intoProject ? this.#copier.copy(file, source.path, hash) : source.path;
  }

  /** Of a file that an earlier Fovea imported, which did not keep them. */
  async #missingKeys({ source, file }: PresentFile, hash: string): Promise<FileKeys | null> {
    if (source.kind !== 'dicom' || hasFileKeys(this.#project.store, hash)) return null;
    const identity = await this.#pool.identity({ path: file }).catch(() => null);
    return identity === null ? null : fileKeys(this.#project.store, identity);
  }

  /** Images that are in and whose file is gone from where they were get this place: labels and parts stay. */
  async #followMove(present: PresentFile, hash: string): Promise<void> {
    const { folder, intoProject, source } = present;
    // A source at its own place was just read; a copy's name is known only once it is made.
    const from = await lostPlaces(this.#project, hash, { folder, path: intoProject ? '' : source.path });
    if (from.length === 0) return;
    const path = await this.#placeOf(present, hash);
    if (path !== null) this.#batch.move({ hash, from, source: folder, path });
  }

  #skipFailed(source: ImportSource, failed: readonly FailedFrame[], chosen: number): void {
    const [first] = failed;
    if (first === undefined) return;
    const { code, message } = first.error;
    const frame = first.frame + 1;
    const several = chosen > 1 ? `${failed.length} of ${chosen} frames, the first of them frame ${frame}: ` : '';
    this.#skip(source, code, `${several}${message}`);
  }

  #skipFor(source: ImportSource, error: unknown): void {
    const { code, message } = toErrorInfo(error);
    this.#skip(source, code, message);
  }

  #skip({ path }: ImportSource, code: string, message: string): void {
    this.#tally.skip({ path, code, message });
  }
}
