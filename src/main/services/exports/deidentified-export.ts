import { existsSync } from 'node:fs';
import { rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { DeidentifiedOptions, DeidentifiedPlan, DeidentifiedResult } from '#shared/models/deidentified-export';
import { RESEARCH_USE } from '#shared/research-use';
import { toStoreError } from '../../store/errors';
import { exportImages } from '../../store/export-files';
import { requireWritable } from '../../store/open';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import { audit } from '../project/audit';
import type { OpenProject } from '../project/projects';
import type { Reports } from '../reports/reports';
import { type ExportFile, exportFiles, imagesWithText, planOf, withNeutralClassNames } from './deidentified-files';
import { labelsCsv } from './deidentified-labels';
import { type DeidentifiedReport, deidentifiedReportPage, PROFILE, statementsOf } from './deidentified-report';
import { type DeidentifiedImages, type DeidentifyServices, deidentifyImages } from './deidentify-images';
import { type ExportTarget, finalFolder, makeIncoming } from './export-target';

export interface DeidentifiedExports {
  /** Counts what an export would contain, without reading files. */
  plan(project: OpenProject, options: DeidentifiedOptions): DeidentifiedPlan;
  /**
   * Writes de-identified copies of the dataset's images to a new folder (docs/deidentification.md), with `labels.csv`,
   * `report.html` and `report.json`. The folder appears once it is complete; a cancelled export leaves none. Files that
   * cannot be de-identified, or whose pixels may identify the patient, are listed in the result. The job's result is a
   * `DeidentifiedResult`. Job errors: `nothing_to_export`, `folder_not_empty`, `disk_full`, `project_unwritable`, and
   * `decoder_failed` if decoders cannot be started for many files in a row.
   */
  start(project: OpenProject, options: DeidentifiedOptions, target: ExportTarget): Started<'exports.deidentify'>;
}

/** Space for the table, the reports and the file system's own records. */
const EXTRA_BYTES = 16 * 2 ** 20;

export function createDeidentifiedExports(
  services: DeidentifyServices & { readonly jobs: Jobs; readonly reports: Pick<Reports, 'offer'> },
): DeidentifiedExports {
  const { jobs, reports, version } = services;

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
      await checkFreeSpace(dirname(final), files);
      const images = await deidentifyImages(services, { project, files, folder: temporary, options, job });
      const { written, renamed } = await renameIdentifyingClasses(images.written, images.identifyingClasses, temporary);
      const report = reportOf(version, options, files.length, images, written, renamed);
      await writeTableAndReports(temporary, written, report);
      job.signal.throwIfAborted();
      // Replaces an empty target folder; one filled meanwhile is kept, and the rename fails.
      if (existsSync(final)) await rmdir(final);
      await rename(temporary, final);
      const { heldBack, failed } = images;
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
        patients: report.patients,
        renamedClasses: [...renamed],
        heldBack,
        failed,
        bytes: images.bytes,
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

function reportOf(
  fovea: string,
  options: DeidentifiedOptions,
  files: number,
  { risks, heldBack, failed, counts }: DeidentifiedImages,
  written: readonly ExportFile[],
  renamed: readonly string[],
): DeidentifiedReport {
  return {
    fovea,
    writtenAt: new Date().toISOString(),
    profile: PROFILE,
    options,
    files,
    written: written.length,
    // Null if no patient is known, which does not mean that there are no patients.
    patients: new Set(written.flatMap(({ pseudonym }) => pseudonym ?? [])).size || null,
    renamedClasses: renamed,
    kinds: tally(written.map(({ kind }) => kind)),
    includedRisks: risks,
    heldBack,
    failed,
    actions: counts.list(),
    statements: statementsOf(options, renamed),
  };
}

async function writeTableAndReports(
  folder: string,
  written: readonly ExportFile[],
  report: DeidentifiedReport,
): Promise<void> {
  const json = `${JSON.stringify({ ...report, researchUse: RESEARCH_USE }, null, 2)}\n`;
  await writeFile(join(folder, 'labels.csv'), labelsCsv(written), { flush: true });
  await writeFile(join(folder, 'report.json'), json, { flush: true });
  await writeFile(join(folder, 'report.html'), deidentifiedReportPage(report), { flush: true });
}

/**
 * Renames classes whose names contain a patient's name, number or date, with their folders. Done last, because patients
 * are known only after all files have been read.
 */
async function renameIdentifyingClasses(
  files: readonly ExportFile[],
  identifying: ReadonlySet<string>,
  folder: string,
): Promise<{ readonly written: readonly ExportFile[]; readonly renamed: readonly string[] }> {
  const { files: written, folders, names } = withNeutralClassNames(files, identifying);
  for (const [from, to] of folders) await rename(join(folder, from), join(folder, to));
  return { written, renamed: names };
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** De-identified files are about as large as their sources. */
async function checkFreeSpace(folder: string, files: readonly ExportFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = files.reduce((sum, { bytes }) => sum + bytes, 0) + EXTRA_BYTES;
  if (bavail * bsize >= needed) return;
  const missing = Math.ceil((needed - bavail * bsize) / 2 ** 20);
  throw new FoveaError('disk_full', `Not enough disk space for the export: ${missing} MiB more needed.`, {
    hint: 'Free some space, or choose a folder on another disk.',
  });
}
