import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { FoveaError } from '#shared/ipc/errors';
import {
  type ConfounderScan,
  type ConfounderTable,
  type ConfounderTag,
  confounderScanSchema,
} from '#shared/models/confounders';
import type { Job } from '#shared/models/job';
import { confounderState } from '../../store/confounders';
import { toStoreError } from '../../store/errors';
import type { TaskHooks, TaskInput, TaskResult } from '../core/background';
import type { Events } from '../core/events';
import type { Jobs } from '../core/jobs';
import { makeProjectFolders } from '../core/make-folders';
import type { Duplicates } from '../duplicates/duplicates';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { confounderCell, confounderImages, confounderTable } from './confounder-images';

/** Scans somewhere where it holds nothing up. Rejects with the signal's reason where that is aborted. */
export type ConfounderScanner = (
  images: TaskInput<'scanConfounders'>,
  hooks: Required<TaskHooks>,
) => Promise<TaskResult<'scanConfounders'>>;

/** How well tags, border, text area and brightness alone predict the label. */
export interface Confounders {
  /**
   * Measures what was not measured yet, scans in a thread, and keeps the result in the project's cache. The job's
   * result is the `ConfounderScan`. Job errors: `no_labels`, `work_ended`, `disk_full`.
   */
  start(project: OpenProject): Job;
  /** The last scan, and whether labels, patients, tags or duplicates have changed since; null where there is none. */
  get(project: OpenProject): Promise<{ readonly scan: ConfounderScan; readonly outdated: boolean } | null>;
  /** As the dataset is now. */
  table(project: OpenProject, tag: ConfounderTag): ConfounderTable;
  /** Images of one cell of the table. Throws `class_unknown`. */
  images(project: OpenProject, tag: ConfounderTag, value: string | null, label: string): number[];
}

const scanFile = (project: OpenProject): string => join(cacheFolder(project.folder), 'confounders.json');

export function createConfounders(options: {
  readonly duplicates: Pick<Duplicates, 'search'>;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly scanner: ConfounderScanner;
}): Confounders {
  const { duplicates, jobs, events, scanner } = options;
  return {
    start: (project) =>
      jobs.start('confounders', project.id, async ({ signal, progress }): Promise<ConfounderScan> => {
        const started = performance.now();
        await duplicates.search(project, { signal, onProgress: progress });
        signal.throwIfAborted();
        const state = confounderState(project.store);
        const images = confounderImages(project);
        if (images.labels.length === 0) {
          throw new FoveaError('no_labels', 'No image has a label yet, so there is nothing to predict.', {
            hint: 'Label images in the data screen, or import them with labels.',
          });
        }
        const result = await scanner(images, {
          signal,
          onProgress: progress,
        });
        const scan: ConfounderScan = {
          ...result,
          createdAt: new Date().toISOString(),
          state,
          seconds: (performance.now() - started) / 1000,
        };
        await writeScan(project, scan);
        events.emit('project.changed', { project: project.id, what: 'dataset' });
        return scan;
      }),
    async get(project) {
      const scan = await readScan(project);
      return scan === null ? null : { scan, outdated: scan.state !== confounderState(project.store) };
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

/** Null where there is none, or one that another version wrote: it is quickly made again. */
async function readScan(project: OpenProject): Promise<ConfounderScan | null> {
  try {
    return confounderScanSchema.parse(JSON.parse(await readFile(scanFile(project), 'utf8')));
  } catch {
    return null;
  }
}
