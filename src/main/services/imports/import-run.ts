import { availableParallelism } from 'node:os';
import { isAbsolute, relative, sep } from 'node:path';
import { presentReading } from '#shared/imaging/pipeline';
import { assertNever, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type {
  FrameChoice,
  ImageKind,
  ImportOptions,
  ImportResult,
  SkippedFile,
  SplitPart,
} from '#shared/models/dataset';
import type { PatientCount } from '#shared/models/patient-count';
import { CANONICAL_SHORT_SIDE } from '#shared/models/pipeline';
import { formatQuantity } from '#shared/text/number';
import type { DecodePool } from '../../decode-host/client';
import type { ArchiveEntry } from '../../ingest/archive/open-archive';
import { chooseFrames } from '../../ingest/choose-frames';
import type { FileFacts, FrameOutcome, IngestedFile } from '../../ingest/types';
import { appendAudit } from '../../store/audit';
import { classCounts, groupPatients, importGroups } from '../../store/counts';
import { type FileKeys, fileKeys, hasFileKeys } from '../../store/identities';
import { addPatientAlias, type PatientRef, patientBook, patientOf, patientRef } from '../../store/identity';
import { finishImport, knownFrames, knownSizes, startImport } from '../../store/imports';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import type { Events } from '../core/events';
import type { JobHandle } from '../core/jobs';
import { recordVersion } from '../dataset/dataset-versions';
import { isCached, writeCache } from '../dataset/picture-cache';
import { studyOf } from '../label-tables/label-table-changes';
import { leftOutWarnings } from '../label-tables/left-out';
import type { TableTarget } from '../label-tables/match-table';
import type { TableEntry } from '../label-tables/read-label-table';
import type { PatientAlias } from '../label-tables/resolve-patients';
import { imagesFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { createCopier, hashFile } from './copier';
import { createUnpacker, type UnpackedFile } from './import-archives';
import { ImportBatch, type ReadyImage } from './import-batch';
import { type ImportDirections, patientOfFile, rowOfFile } from './import-directions';
import type { ImportIdentity } from './import-identities';
import { lostPlaces } from './import-moves';

/** A file that a scan found and that looks like an image. */
export interface ImportSource {
  /** Absolute: the image, or the archive that it is in. */
  readonly file: string;
  /** The folder that `path` is relative to; absolute. */
  readonly root: string;
  /** With `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly kind: ImageKind;
  /** The file in the zip archive `file`; null for a file on disk. */
  readonly archived: ArchiveEntry | null;
  readonly label: string | null;
  readonly split: SplitPart | null;
}

export interface ImportRun {
  readonly project: OpenProject;
  readonly sources: readonly ImportSource[];
  /** What the scan left out; part of the result. */
  readonly ignored: readonly SkippedFile[];
  readonly options: ImportOptions;
  readonly directions: ImportDirections;
  readonly handle: JobHandle;
}

/** Files on their way at once: enough for every decoder to have one at work and one waiting. */
const IN_FLIGHT = Math.min(32, availableParallelism() * 4);
const CHANGED_EVENT_MS = 1_000;
/** Codes of what is wrong with an archive; anything else that unpacking throws is the project's disk, or a bug. */
const ARCHIVE_FAULTS = new Set(['damaged', 'file_changed', 'unreadable', 'too_large']);
/** Of one import: a folder of a million wrong files does not fill the answer. */
const DISTINCT_WARNINGS = 20;

/**
 * Decodes and stores files. A file that cannot be read is a line in the result; only the project's own disk, or a
 * bug, ends the import early, and what is stored stays. Cancelling ends it with the result so far.
 */
export async function runImport(run: ImportRun, pool: DecodePool, events: Events): Promise<ImportResult> {
  const { project, sources, handle, options, directions } = run;
  const started = performance.now();
  const importId = startImport(project.store);
  const skipped: SkippedFile[] = [];
  const fileWarnings = new Map<string, number>();
  let finished = 0;
  /** Images that were decoded or found to be in already. */
  let read = 0;
  let multiFrame = 0;
  let changedAt = 0;
  const batch = new ImportBatch(project, importId, () => {
    if (performance.now() - changedAt < CHANGED_EVENT_MS) return;
    changedAt = performance.now();
    events.emit('changed', { project: project.id, topics: ['images', 'labels', 'split'] });
  });
  const skip = (one: SkippedFile) => {
    skipped.push(one);
    batch.skip(one);
  };
  const copier = createCopier(project.folder);
  const unpacker = createUnpacker(project.folder);
  const sizes = knownSizes(project.store);

  const noteFile = ({ frames, warnings }: FileFacts): void => {
    if (frames > 1) multiFrame += 1;
    for (const warning of warnings) fileWarnings.set(warning, (fileWarnings.get(warning) ?? 0) + 1);
  };

  const importOne = async (source: ImportSource, index: number): Promise<void> => {
    const row = rowOfFile(directions, index);
    if (source.archived === null) {
      const hash = sizes.has(source.bytes) ? await hashFile(source.file) : null;
      await importFile(source, source.file, hash, row, index);
      return;
    }
    let unpacked: UnpackedFile;
    try {
      unpacked = await unpacker.unpack(source.file, source.archived);
    } catch (error) {
      // The project's own disk ends the import; what is wrong with the archive is a line of the result.
      const { code, message } = toErrorInfo(error);
      if (!ARCHIVE_FAULTS.has(code)) throw error;
      skip({ path: source.path, code, message });
      return;
    }
    try {
      await importFile(source, unpacked.path, unpacked.hash, row, index);
    } finally {
      await unpacked.remove();
    }
  };

  /** `hash`: of the file, where it may be in already; null to decode it at once. */
  const importFile = async (
    source: ImportSource,
    file: string,
    hash: string | null,
    row: TableEntry | undefined,
    index: number,
  ): Promise<void> => {
    const intoProject = options.copy || source.archived !== null;
    const folder = sourceName(project, intoProject ? imagesFolder(project.folder) : source.root);
    if (hash !== null) {
      await followMove(source, file, hash, folder, intoProject);
      const frames = await framesKnown(project, hash, options.frames);
      if (frames.length > 0) {
        read += frames.length;
        batch.known({
          hash,
          frames,
          label: labelOf(source, row, run),
          readings: row?.readings ?? [],
          source: folder,
          path: source.path,
          keys: await missingKeys(source, file, hash),
        });
        return;
      }
    }
    const failed: { readonly frame: number; readonly code: string; readonly message: string }[] = [];
    let copy: string | null = null;
    let noted = false;
    let chosen = 1;
    for (let from = 0; from < chosen && !handle.signal.aborted; ) {
      let outcomes: readonly FrameOutcome[];
      try {
        const part = await pool.ingestFrames({
          path: file,
          intensity: { kind: 'auto' },
          shortSide: CANONICAL_SHORT_SIDE,
          choice: options.frames,
          from,
          ...presentReading,
        });
        ({ chosen, next: from, outcomes } = part);
      } catch (error) {
        const { code, message } = toErrorInfo(error);
        skip({ path: source.path, code, message });
        return;
      }
      for (const outcome of outcomes) {
        read += 1;
        if ('error' in outcome) {
          failed.push({ frame: outcome.frame, ...outcome.error });
          continue;
        }
        const { facts } = outcome.file;
        await writeCache(project.folder, outcome.file);
        copy ??= intoProject ? await copier.copy(file, source.path, facts.hash) : source.path;
        if (copy === null) {
          skip({
            path: source.path,
            code: 'file_changed',
            message: 'The file changed or disappeared while it was being copied.',
          });
          return;
        }
        if (!noted) noteFile(facts);
        noted = true;
        batch.add({
          source: folder,
          path: copy,
          ...factsOf(run, source, outcome.file, row, patientOfFile(directions, index)),
        });
      }
    }
    const [first] = failed;
    if (first !== undefined) {
      const { code, message, frame } = first;
      const several = chosen > 1 ? `${failed.length} of ${chosen} frames, the first of them frame ${frame + 1}: ` : '';
      skip({ path: source.path, code, message: `${several}${message}` });
    }
  };

  /** Of a file that an earlier Fovea imported, which did not keep them. */
  const missingKeys = async (source: ImportSource, file: string, hash: string): Promise<FileKeys | null> => {
    if (source.kind !== 'dicom' || hasFileKeys(project.store, hash)) return null;
    const identity = await pool.identity({ path: file }).catch(() => null);
    return identity === null ? null : fileKeys(project.store, identity);
  };

  /** Images that are in and whose file is gone from where they were get this place: labels and parts stay. */
  const followMove = async (
    source: ImportSource,
    file: string,
    hash: string,
    folder: string,
    intoProject: boolean,
  ): Promise<void> => {
    // A source at its own place was just read; a copy's name is known only once it is made.
    const here = { folder, path: intoProject ? '' : source.path };
    const from = await lostPlaces(project, hash, here);
    if (from.length === 0) return;
    const path = intoProject ? await copier.copy(file, source.path, hash) : source.path;
    if (path !== null) batch.move({ hash, from, source: folder, path });
  };

  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < sources.length && failures.length === 0 && !handle.signal.aborted) {
      const index = next++;
      const source = sources[index];
      if (source === undefined) return;
      try {
        await importOne(source, index);
      } catch (error) {
        failures.push(error);
      }
      finished += 1;
      handle.progress('importing', finished, sources.length);
    }
  };

  const result = (): ImportResult => {
    const seconds = (performance.now() - started) / 1000;
    const groups = importGroups(project.store, importId);
    const byClass = classCounts(groups);
    const classes = Object.fromEntries(
      classesByName(project.store).flatMap(({ id, name }) => {
        const images = byClass.get(id)?.images;
        return images === undefined ? [] : [[name, images] as const];
      }),
    );
    return {
      added: batch.totals.added,
      duplicates: batch.totals.duplicates,
      moved: batch.totals.moved,
      skipped,
      classes,
      ...groupPatients(groups),
      warnings: warningsOf(groupPatients(groups)),
      ...(directions.columns === null ? {} : { columns: directions.columns }),
      seconds,
      imagesPerSecond: seconds > 0 ? read / seconds : 0,
    };
  };

  const warningsOf = (people: PatientCount): string[] => {
    const warnings: string[] = [];
    if (handle.signal.aborted) {
      warnings.push(`Cancelled after ${finished} of ${sources.length} files. Import again to continue.`);
    }
    if (multiFrame > 0)
      warnings.push(`${formatQuantity(multiFrame, 'multi-frame file')}: ${framesText(options.frames)}`);
    const { conflicts, conflictTwins } = batch.totals;
    if (conflicts > 0) {
      const more = conflicts > conflictTwins.length ? '; …' : '';
      warnings.push(
        `${formatQuantity(conflicts, 'file')} with the same content as an image with a different label: ${conflictTwins.join('; ')}${more}. The first label is kept until you resolve the conflict in Review.`,
      );
    }
    if (people.withoutPatient > 0) {
      warnings.push(
        `${people.patients === null ? 'Patients are unknown' : `${formatQuantity(people.withoutPatient, 'image')} without a known patient`}: images of one person may end up in several splits. Add patients with a table or a file-name pattern.`,
      );
    }
    warnings.push(...directions.warnings);
    warnings.push(...leftOutWarnings(skipped));
    const distinct = [...fileWarnings].sort((a, b) => b[1] - a[1]);
    for (const [text, n] of distinct.slice(0, DISTINCT_WARNINGS))
      warnings.push(n === 1 ? text : `${text} (${n} files)`);
    if (distinct.length > DISTINCT_WARNINGS) {
      warnings.push(`${distinct.length - DISTINCT_WARNINGS} more kinds of warnings not listed.`);
    }
    return warnings;
  };

  for (const one of run.ignored) skip(one);
  handle.progress('importing', 0, sources.length);
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  await unpacker.dispose();
  try {
    batch.store();
    storeAliases(project.store, directions.aliases);
  } catch (error) {
    failures.push(error);
  }
  const failure = failures[0];
  const outcome = result();
  try {
    if (outcome.moved > 0) appendAudit(project.store, 'import.moved', { import: importId, images: outcome.moved });
    await recordVersion(project, importId);
    finishImport(project.store, importId, failure !== undefined ? 'failed' : endState(handle), outcome);
  } catch (error) {
    // On a full disk this may not fit either; the failure that came first is the one to tell.
    if (failure === undefined) throw error;
  }
  if (failure !== undefined) throw withProgress(failure, outcome.added);
  return outcome;
}

/** Other names of patients that came in: a later table may use either. */
function storeAliases(store: ProjectStore, aliases: readonly PatientAlias[]): void {
  const book = patientBook(store);
  store.transaction(() => {
    for (const { name, of } of aliases) {
      if (book.exact(of.key) !== null) addPatientAlias(store, name, patientOf(store, of));
    }
  });
}

/** The chosen frames of a file, where all of them are in and need no work; none where one is missing. */
async function framesKnown(project: OpenProject, hash: string, choice: FrameChoice): Promise<number[]> {
  const known = knownFrames(project.store, hash);
  if (known === null) return [];
  const { count: images, at } = chooseFrames(choice, known.frames);
  const frames = Array.from({ length: Math.min(images, known.present.size + 1) }, (_, place) => at(place));
  for (const frame of frames) {
    if (!known.present.has(frame) || !(await isCached(project.folder, hash, frame))) return [];
  }
  return frames;
}

function framesText(choice: FrameChoice): string {
  switch (choice.kind) {
    case 'first':
      return 'the first frame is used.';
    case 'middle':
      return 'the middle frame is used.';
    case 'all':
      return 'every frame is an image, and the frames of a file stay in the same split.';
    case 'every':
      return `frames 1, ${1 + choice.step}, ${1 + 2 * choice.step} and so on are images, and those of a file stay in the same split.`;
    default:
      return assertNever(choice);
  }
}

const endState = (handle: JobHandle): 'cancelled' | 'done' => (handle.signal.aborted ? 'cancelled' : 'done');

/** An error that ended an import also says what is in. */
function withProgress(failure: unknown, added: number): unknown {
  if (!(failure instanceof FoveaError)) return failure;
  return new FoveaError(
    failure.code,
    `${failure.message} ${formatQuantity(added, 'new image')} of this import saved.`,
    {
      ...(failure.hint === null ? {} : { hint: `${failure.hint} Import the same files again to continue.` }),
      cause: failure,
    },
  );
}

/** `project:…` for folders inside the project, so that it can be moved; else the absolute folder. */
export function sourceName(project: OpenProject, root: string): string {
  const inside = relative(project.folder, root);
  if (inside.startsWith('..') || isAbsolute(inside)) return root;
  return `project:${inside.split(sep).join('/')}`;
}

/** The files of an import as a table is held against them: each is one file. */
export function tableTargets(
  sources: readonly ImportSource[],
  identities: readonly (ImportIdentity | null)[] | null,
): TableTarget[] {
  return sources.map(({ path, root }, file) => ({ path, root, file, keys: identities?.[file]?.keys ?? null }));
}

/** The folder where a source's file is, or will be once it is imported. */
export function homeOf(project: OpenProject, source: ImportSource): string {
  return source.archived === null ? source.root : imagesFolder(project.folder);
}

/** The table first, then the folder. */
function labelOf(
  { label }: ImportSource,
  row: TableEntry | undefined,
  { options, directions: { spelling } }: ImportRun,
): ReadyImage['label'] {
  if (row?.label != null) return { name: row.label, from: 'table' };
  return options.labelsFromFolders && label !== null ? { name: spelling.get(label) ?? label, from: 'folder' } : null;
}

/** What is known of a file, the table first, then the file's own tags. `resolved`: its patient by table and pattern. */
function factsOf(
  run: ImportRun,
  source: ImportSource,
  file: IngestedFile,
  row: TableEntry | undefined,
  resolved: PatientRef | null,
): Omit<ReadyImage, 'source' | 'path'> {
  const {
    project: { store },
    options,
  } = run;
  const { facts, picture } = file;
  const { patient, patientId } = facts.identity;
  const keys = facts.kind === 'dicom' ? fileKeys(store, facts.identity) : null;
  return {
    facts,
    picture,
    label: labelOf(source, row, run),
    patient: resolved ?? (patient === null ? null : patientRef(store, patient, 'dicom', patientId ?? patient)),
    keys,
    readings: row?.readings ?? [],
    study: (row === undefined ? null : studyOf(row, keys)) ?? facts.identity.study,
    site: row?.site ?? null,
    split: row?.split ?? (options.splitsFromFolders ? source.split : null),
    sex: row?.sex ?? facts.subject.sex,
    age: row?.age ?? facts.subject.age,
  };
}
