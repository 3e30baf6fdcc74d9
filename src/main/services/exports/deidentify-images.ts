import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { inParallel } from '#shared/async/in-parallel';
import type { JobPhase } from '#shared/ipc/contract';
import { toErrorInfo } from '#shared/ipc/errors';
import type { DeidentifiedOptions, HeldBackReason } from '#shared/models/deidentified-export';
import type { DecodePool } from '../../decode-host/client';
import { ActionCounts } from '../../ingest/dicom/deidentify/action-counts';
import { toStoreError } from '../../store/errors';
import { derivedKey } from '../../store/identity';
import type { JobHandle } from '../core/jobs';
import { makeFolders } from '../core/make-folders';
import type { Dataset } from '../dataset/dataset';
import type { OpenProject } from '../project/projects';
import type { ExportFile } from './deidentified-files';
import type { FailedFile, HeldBackFile } from './deidentified-report';

/** Files processed concurrently. */
const IN_FLIGHT = Math.min(16, availableParallelism() * 2);
/** Errors that would recur for every file, and bugs; they end the export. */
const FATAL = new Set(['disk_full', 'project_unwritable', 'cancelled', 'internal']);
/** Consecutive files for which no decoder could be started, two attempts each, after which the export ends. */
const MAX_STARTS_FAILED = 8;

/** Outcome for the images, each list in the order of the files. */
export interface DeidentifiedImages {
  readonly written: ExportFile[];
  readonly heldBack: HeldBackFile[];
  readonly failed: FailedFile[];
  readonly risks: Partial<Record<HeldBackReason, number>>;
  readonly counts: ActionCounts;
  /** Names of classes that contain a name, number or date of a patient. */
  readonly identifyingClasses: Set<string>;
  bytes: number;
  /** Consecutive files, up to the last one, for which no decoder could be started. */
  startsFailed: number;
}

export interface DeidentifyServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly pool: Pick<DecodePool, 'deidentify'>;
  readonly version: string;
}

/** Files to write to a folder. */
export interface DeidentifyTask {
  readonly project: OpenProject;
  readonly files: readonly ExportFile[];
  readonly folder: string;
  readonly options: DeidentifiedOptions;
  readonly job: JobHandle<JobPhase<'exports.deidentify'>>;
}

/** Inputs shared by all files. */
interface SharedInput {
  readonly classNames: readonly string[];
  readonly keys: { readonly uidKey: string; readonly dateKey: string };
}

/**
 * Writes the files that can be de-identified and lists the others with reasons. Throws errors that affect every file.
 */
export async function deidentifyImages(
  services: DeidentifyServices,
  task: DeidentifyTask,
): Promise<DeidentifiedImages> {
  const { project, files, job } = task;
  const outcome: DeidentifiedImages = {
    written: [],
    heldBack: [],
    failed: [],
    risks: {},
    counts: new ActionCounts(),
    identifyingClasses: new Set(),
    bytes: 0,
    startsFailed: 0,
  };
  const shared: SharedInput = {
    classNames: [...new Set(files.flatMap(({ label }) => label ?? []))],
    keys: {
      uidKey: derivedKey(project.store, 'deidentified-uids'),
      dateKey: derivedKey(project.store, 'deidentified-dates'),
    },
  };
  let finished = 0;
  job.progress('de-identifying', 0, files.length);
  await inParallel(files, IN_FLIGHT, async (file) => {
    job.signal.throwIfAborted();
    await deidentifyImage(services, task, shared, file, outcome);
    job.progress('de-identifying', ++finished, files.length);
  });
  job.signal.throwIfAborted();
  for (const list of [outcome.heldBack, outcome.failed]) list.sort((a, b) => a.file - b.file);
  outcome.written.sort((a, b) => a.number - b.number);
  return outcome;
}

async function deidentifyImage(
  { dataset, pool, version }: DeidentifyServices,
  { project, folder, options }: DeidentifyTask,
  { classNames, keys }: SharedInput,
  file: ExportFile,
  outcome: DeidentifiedImages,
): Promise<void> {
  const target = join(folder, ...file.path.split('/'));
  // Written beside the folders first, so that held-back files leave no folder of their class or patient behind.
  const out = join(folder, `${file.number}.part`);
  try {
    const done = await pool.deidentify({
      path: dataset.sourceFile(project, file.image).path,
      out,
      includeRisky: options.includeRisky,
      classNames,
      options: { ...keys, dates: options.dates, pseudonym: file.pseudonym, hash: file.hash, version },
    });
    outcome.startsFailed = 0;
    for (const index of done.named) outcome.identifyingClasses.add(classNames[index] as string);
    if (!done.written) {
      const { risk: reason, detail } = done;
      outcome.heldBack.push({ file: file.number, image: file.image, reason, detail });
      return;
    }
    const risk = done.risk ?? (file.textDetected ? 'text-detected' : null);
    if (risk === 'text-detected' && !options.includeRisky) {
      await rm(out, { force: true });
      outcome.heldBack.push({ file: file.number, image: file.image, reason: risk, detail: null });
      return;
    }
    await makeFolders(dirname(target));
    await rename(out, target);
    outcome.written.push(file);
    outcome.bytes += done.bytes;
    for (const { tag, keyword, action, count } of done.actions) outcome.counts.add(tag, keyword, action, count);
    if (risk !== null) outcome.risks[risk] = (outcome.risks[risk] ?? 0) + 1;
  } catch (error) {
    // A stopped host may have left a partial file.
    await rm(out, { force: true }).catch(() => {});
    const { code, message } = toErrorInfo(toStoreError(error));
    outcome.startsFailed = code === 'decoder_failed' ? outcome.startsFailed + 1 : 0;
    if (FATAL.has(code) || outcome.startsFailed >= MAX_STARTS_FAILED) throw toStoreError(error);
    outcome.failed.push({ file: file.number, image: file.image, code, message });
  }
}
