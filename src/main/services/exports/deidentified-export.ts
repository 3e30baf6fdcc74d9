import { existsSync } from 'node:fs';
import { rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type {
  DeidentifiedOptions,
  DeidentifiedPlan,
  DeidentifiedResult,
  HeldBackReason,
} from '#shared/models/deidentified-export';
import { RESEARCH_USE } from '#shared/research-use';
import type { DecodePool } from '../../decode-host/client';
import { ActionCounts } from '../../ingest/dicom/deidentify/action-counts';
import { toStoreError } from '../../store/errors';
import { exportImages } from '../../store/export-files';
import { derivedKey } from '../../store/identity';
import { requireWritable } from '../../store/open';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import { makeFolders } from '../core/make-folders';
import type { Dataset } from '../dataset/dataset';
import { audit } from '../project/audit';
import type { OpenProject } from '../project/projects';
import type { Reports } from '../reports/reports';
import { type ExportFile, exportFiles, imagesWithText, planOf, withOtherClassNames } from './deidentified-files';
import { labelsCsv } from './deidentified-labels';
import {
  type DeidentifiedReport,
  deidentifiedReportPage,
  type FailedFile,
  type HeldBackFile,
  PROFILE,
  statementsOf,
} from './deidentified-report';
import { type ExportTarget, finalFolder, makeIncoming } from './exports';

export interface DeidentifiedExports {
  /** What an export would hold. Reads no file. */
  plan(project: OpenProject, options: DeidentifiedOptions): DeidentifiedPlan;
  /**
   * Copies the images of the dataset into a new folder without what says whose they are (docs/deidentification.md),
   * with `labels.csv`, `report.html` and `report.json`. The folder appears when it is whole; a cancelled export leaves
   * none. A file that cannot be de-identified, or whose pixels may show who it is of, is a line of the result. The
   * job's result is a `DeidentifiedResult`. Job errors: `nothing_to_export`, `folder_not_empty`, `disk_full`,
   * `project_unwritable`, `decoder_failed`.
   */
  start(project: OpenProject, options: DeidentifiedOptions, target: ExportTarget): Started<'exports.deidentify'>;
}

/** Files on their way at once. */
const IN_FLIGHT = Math.min(16, availableParallelism() * 2);
/** Errors that every file would have, and bugs: they end the export. */
const FATAL = new Set(['disk_full', 'project_unwritable', 'decoder_failed', 'cancelled', 'internal']);
/** Beside the images: table, reports, what a file system needs for names. */
const EXTRA_BYTES = 16 * 2 ** 20;

interface Outcome {
  readonly written: ExportFile[];
  readonly heldBack: HeldBackFile[];
  readonly failed: FailedFile[];
  readonly risks: Partial<Record<HeldBackReason, number>>;
  readonly counts: ActionCounts;
  /** Classes that are called like a patient, by name. */
  readonly named: Set<string>;
  bytes: number;
}

export function createDeidentifiedExports(services: {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly pool: Pick<DecodePool, 'deidentify'>;
  readonly jobs: Jobs;
  readonly reports: Pick<Reports, 'offer'>;
  readonly version: string;
}): DeidentifiedExports {
  const { dataset, pool, jobs, reports, version } = services;

  const writeOne = async (
    project: OpenProject,
    file: ExportFile,
    folder: string,
    options: DeidentifiedOptions,
    classNames: readonly string[],
    keys: { readonly uidKey: string; readonly dateKey: string },
    outcome: Outcome,
  ): Promise<void> => {
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
  };

  const writeAll = async (
    project: OpenProject,
    files: readonly ExportFile[],
    folder: string,
    options: DeidentifiedOptions,
    job: JobHandle<JobPhase<'exports.deidentify'>>,
  ): Promise<Outcome> => {
    const outcome: Outcome = {
      written: [],
      heldBack: [],
      failed: [],
      risks: {},
      counts: new ActionCounts(),
      named: new Set(),
      bytes: 0,
    };
    const classNames = [...new Set(files.flatMap(({ label }) => label ?? []))];
    const keys = {
      uidKey: derivedKey(project.store, 'deidentified-uids'),
      dateKey: derivedKey(project.store, 'deidentified-dates'),
    };
    const failures: unknown[] = [];
    let next = 0;
    let finished = 0;
    const worker = async (): Promise<void> => {
      while (failures.length === 0 && !job.signal.aborted) {
        const file = files[next++];
        if (file === undefined) return;
        await writeOne(project, file, folder, options, classNames, keys, outcome).catch((error: unknown) =>
          failures.push(error),
        );
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
  };

  const write = async (
    project: OpenProject,
    options: DeidentifiedOptions,
    target: ExportTarget,
    job: JobHandle<JobPhase<'exports.deidentify'>>,
  ): Promise<DeidentifiedResult> => {
    requireWritable(project.store);
    const started = performance.now();
    const files = exportFiles(exportImages(project.store, options), imagesWithText(project.store));
    if (files.length === 0) {
      throw new FoveaError('nothing_to_export', 'No images to export.', {
        hint: 'Add images, or choose another split.',
      });
    }
    const final = await finalFolder(target, 'de-identified');
    const temporary = await makeIncoming(final);
    try {
      await checkRoom(dirname(final), files);
      const outcome = await writeAll(project, files, temporary, options, job);
      const { written, renamed } = await renameNamedClasses(outcome.written, outcome.named, temporary);
      // Nobody named is not the same as nobody.
      const patients = new Set(written.flatMap(({ pseudonym }) => pseudonym ?? [])).size || null;
      const report: DeidentifiedReport = {
        fovea: version,
        writtenAt: new Date().toISOString(),
        profile: PROFILE,
        options,
        files: files.length,
        written: written.length,
        patients,
        renamedClasses: renamed,
        kinds: tally(written.map(({ kind }) => kind)),
        includedRisks: outcome.risks,
        heldBack: outcome.heldBack,
        failed: outcome.failed,
        actions: outcome.counts.list(),
        statements: statementsOf(options, renamed),
      };
      await writeFile(join(temporary, 'labels.csv'), labelsCsv(written), { flush: true });
      await writeFile(
        join(temporary, 'report.json'),
        `${JSON.stringify({ ...report, researchUse: RESEARCH_USE }, null, 2)}\n`,
        { flush: true },
      );
      await writeFile(join(temporary, 'report.html'), deidentifiedReportPage(report), { flush: true });
      job.signal.throwIfAborted();
      // An empty folder that was given makes room; one that was filled meanwhile stays, and the rename fails.
      if (existsSync(final)) await rmdir(final);
      await rename(temporary, final);
      const { heldBack, failed } = outcome;
      audit(project, 'dataset.deidentified-export', {
        ...options,
        written: written.length,
        heldBack: heldBack.length,
        failed: failed.length,
      });
      const seconds = (performance.now() - started) / 1000;
      return {
        folder: final,
        report: reports.offer(join(final, 'report.html')),
        written: written.length,
        patients,
        renamedClasses: [...renamed],
        heldBack,
        failed,
        bytes: outcome.bytes,
        seconds,
        filesPerSecond: files.length / seconds,
      };
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => {});
      throw toStoreError(error);
    }
  };

  return {
    plan: (project, options) => planOf(exportImages(project.store, options), imagesWithText(project.store)),
    start: (project, options, target) =>
      jobs.start('exports.deidentify', { project: project.id }, (job) => write(project, options, target, job)),
  };
}

/**
 * Gives classes that are called like a patient another name, on the disk too. Names of patients are known only when all
 * files were read.
 */
async function renameNamedClasses(
  files: readonly ExportFile[],
  named: ReadonlySet<string>,
  folder: string,
): Promise<{ readonly written: readonly ExportFile[]; readonly renamed: readonly string[] }> {
  const { files: written, folders, names } = withOtherClassNames(files, named);
  for (const [from, to] of folders) await rename(join(folder, from), join(folder, to));
  return { written, renamed: names };
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** De-identified files are about as large as their sources. */
async function checkRoom(folder: string, files: readonly ExportFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = files.reduce((sum, { bytes }) => sum + bytes, 0) + EXTRA_BYTES;
  if (bavail * bsize >= needed) return;
  const missing = Math.ceil((needed - bavail * bsize) / 2 ** 20);
  throw new FoveaError('disk_full', `Not enough disk space for the export: ${missing} MiB more needed.`, {
    hint: 'Free some space, or choose a folder on another disk.',
  });
}
