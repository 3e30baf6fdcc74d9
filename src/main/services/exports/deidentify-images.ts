import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
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

/** Files on their way at once. */
const IN_FLIGHT = Math.min(16, availableParallelism() * 2);
/** Errors that every file would have, and bugs: they end the export. */
const FATAL = new Set(['disk_full', 'project_unwritable', 'decoder_failed', 'cancelled', 'internal']);
/** What came of the images, each list in the order of the files. */
export interface DeidentifiedImages {
  readonly written: ExportFile[];
  readonly heldBack: HeldBackFile[];
  readonly failed: FailedFile[];
  readonly risks: Partial<Record<HeldBackReason, number>>;
  readonly counts: ActionCounts;
  /** Classes that are called like a patient, by name. */
  readonly named: Set<string>;
  bytes: number;
}

export interface DeidentifyServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly pool: Pick<DecodePool, 'deidentify'>;
  readonly version: string;
}

/** Images that are to be written into a folder. */
export interface DeidentifyTask {
  readonly project: OpenProject;
  readonly files: readonly ExportFile[];
  readonly folder: string;
  readonly options: DeidentifiedOptions;
  readonly job: JobHandle<JobPhase<'exports.deidentify'>>;
}

/** With what each of them is written. */
interface Setting {
  readonly classNames: readonly string[];
  readonly keys: { readonly uidKey: string; readonly dateKey: string };
}

/** Writes what can be written; the rest is listed with its reason. Throws what every file would end with. */
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
    named: new Set(),
    bytes: 0,
  };
  const setting: Setting = {
    classNames: [...new Set(files.flatMap(({ label }) => label ?? []))],
    keys: {
      uidKey: derivedKey(project.store, 'deidentified-uids'),
      dateKey: derivedKey(project.store, 'deidentified-dates'),
    },
  };
  const failures: unknown[] = [];
  let next = 0;
  let finished = 0;
  const worker = async (): Promise<void> => {
    while (failures.length === 0 && !job.signal.aborted) {
      const file = files[next++];
      if (file === undefined) return;
      await deidentifyImage(services, task, setting, file, outcome).catch((error: unknown) => failures.push(error));
      finished += 1;
      job.progress('de-identifying', finished, files.length);
    }
  };
  job.progress('de-identifying', 0, files.length);
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  if (failures.length > 0) throw failures[0];
  job.signal.throwIfAborted();
  for (const list of [outcome.heldBack, outcome.failed]) list.sort((a, b) => a.file - b.file);
  outcome.written.sort((a, b) => a.number - b.number);
  return outcome;
}

async function deidentifyImage(
  { dataset, pool, version }: DeidentifyServices,
  { project, folder, options }: DeidentifyTask,
  { classNames, keys }: Setting,
  file: ExportFile,
  outcome: DeidentifiedImages,
): Promise<void> {
  const target = join(folder, ...file.path.split('/'));
  // Held-back files leave no folder of their class or patient behind.
  const out = join(folder, `${file.number}.part`);
  try {
    const done = await pool.deidentify({
      path: dataset.sourceFile(project, file.image).path,
      out,
      includeRisky: options.includeRisky,
      classNames,
      options: { ...keys, dates: options.dates, pseudonym: file.pseudonym, hash: file.hash, version },
    });
    for (const index of done.named) outcome.named.add(classNames[index] as string);
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
    // What a host that was stopped has left.
    await rm(out, { force: true }).catch(() => {});
    const { code, message } = toErrorInfo(toStoreError(error));
    if (FATAL.has(code)) throw toStoreError(error);
    outcome.failed.push({ file: file.number, image: file.image, code, message });
  }
}
