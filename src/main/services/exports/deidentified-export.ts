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
import { type ExportFile, exportFiles, imagesWithText, planOf, withOtherClassNames } from './deidentified-files';
import { labelsCsv } from './deidentified-labels';
import { type DeidentifiedReport, deidentifiedReportPage, PROFILE, statementsOf } from './deidentified-report';
import { type DeidentifiedImages, type DeidentifyServices, deidentifyImages } from './deidentify-images';
import { type ExportTarget, finalFolder, makeIncoming } from './export-target';

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

/** Beside the images: table, reports, what a file system needs for names. */
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
      throw new FoveaError('nothing_to_export', 'There is no image to export.', {
        hint: 'Add images, or choose another part of the split.',
      });
    }
    const final = await finalFolder(target, 'de-identified');
    const temporary = await makeIncoming(final);
    try {
      await checkRoom(dirname(final), files);
      const images = await deidentifyImages(services, { project, files, folder: temporary, options, job });
      const { written, renamed } = await renameNamedClasses(images.written, images.named, temporary);
      const report = reportOf(version, options, files.length, images, written, renamed);
      await writePapers(temporary, written, report);
      job.signal.throwIfAborted();
      // An empty folder that was given makes room; one that was filled meanwhile stays, and the rename fails.
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
    // Nobody named is not the same as nobody.
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

/** The label table and the report, beside the images. */
async function writePapers(folder: string, written: readonly ExportFile[], report: DeidentifiedReport): Promise<void> {
  const json = `${JSON.stringify({ ...report, researchUse: RESEARCH_USE }, null, 2)}\n`;
  await writeFile(join(folder, 'labels.csv'), labelsCsv(written), { flush: true });
  await writeFile(join(folder, 'report.json'), json, { flush: true });
  await writeFile(join(folder, 'report.html'), deidentifiedReportPage(report), { flush: true });
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
  throw new FoveaError(
    'disk_full',
    `There is not enough room on the disk for the export: ${missing} MiB are missing.`,
    {
      hint: 'Free some space, or choose a folder on another disk.',
    },
  );
}
