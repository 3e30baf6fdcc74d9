import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import {
  type ConfounderScan,
  type ConfounderTable,
  type ConfounderTag,
  confounderScanSchema,
} from '#shared/models/confounders';
import { toStoreError } from '../../store/errors';
import type { TaskHooks } from '../background/background';
import type { Jobs, Started } from '../core/jobs';
import type { Duplicates } from '../duplicates/duplicates';
import { makeProjectFolders } from '../project/project-folders';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { confounderCell, confounderTable } from './confounder-images';

/** Scans off the main thread. Rejects with the signal's reason when aborted. */
export type ConfounderScanner = (
  project: OpenProject,
  hooks: Required<TaskHooks>,
) => Promise<Omit<ConfounderScan, 'createdAt' | 'state' | 'seconds'>>;

/** Measures how well tags, border, text area and brightness alone predict the label. */
export interface Confounders {
  /**
   * Measures and compares new images (`Duplicates.search`), scans in a thread, and caches the result in the project.
   * The job's result is the `ConfounderScan`. Job errors: `no_labels`, `work_ended`, `disk_full`.
   */
  start(project: OpenProject): Started<'confounders.scan'>;
  /** The last scan, and whether labels, patients, tags or duplicates have changed since. Null if there is no scan. */
  get(project: OpenProject): Promise<{ readonly scan: ConfounderScan; readonly outdated: boolean } | null>;
  /** Counts for the current dataset, not for the last scan. */
  table(project: OpenProject, tag: ConfounderTag): ConfounderTable;
  /** Images of one cell of the table. Throws `class_unknown`. */
  images(project: OpenProject, tag: ConfounderTag, value: string | null, label: string): number[];
}

const scanFile = (project: OpenProject): string => join(cacheFolder(project.folder), 'confounders.json');

export function createConfounders(options: {
  readonly duplicates: Pick<Duplicates, 'search'>;
  readonly jobs: Jobs;
  readonly scanner: ConfounderScanner;
  /** Hash of a scan's inputs: see `confounderState`. */
  readonly state: (project: OpenProject) => Promise<string>;
}): Confounders {
  const { duplicates, jobs, scanner } = options;
  return {
    start: (project) =>
      jobs.start('confounders.scan', { project: project.id }, async ({ signal, progress }): Promise<ConfounderScan> => {
        const started = performance.now();
        await duplicates.search(project, { signal, onProgress: progress });
        signal.throwIfAborted();
        const state = await options.state(project);
        const result = await scanner(project, {
          signal,
          onProgress: (part, done, total) => progress('scanning', done, total, part),
        });
        const scan: ConfounderScan = {
          ...result,
          createdAt: new Date().toISOString(),
          state,
          seconds: (performance.now() - started) / 1000,
        };
        await writeScan(project, scan);
        return scan;
      }),
    async get(project) {
      const scan = await readScan(project);
      return scan === null ? null : { scan, outdated: scan.state !== (await options.state(project)) };
    },
    table: confounderTable,
    images: confounderCell,
  };
}

async function writeScan(project: OpenProject, scan: ConfounderScan): Promise<void> {
  const file = scanFile(project);
  try {
    await makeProjectFolders(project.folder, dirname(file));
    await writeFileAtomic(file, JSON.stringify(scan));
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Null if there is no scan, or another version wrote it: a new scan is quick. */
async function readScan(project: OpenProject): Promise<ConfounderScan | null> {
  try {
    return confounderScanSchema.parse(JSON.parse(await readFile(scanFile(project), 'utf8')));
  } catch {
    return null;
  }
}
