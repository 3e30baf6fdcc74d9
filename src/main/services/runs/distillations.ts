import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPipeline, recordHash } from '#shared/imaging/pipeline';
import type { JobResult, RequestInput } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { REDUCED_STUDENT } from '#shared/models/distillation';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { Backbones } from '../backbones/backbones';
import type { Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { ensureRasters } from '../dataset/raster-cache';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { distillationImages } from './distillation-images';
import { requestEngine } from './engine-job';
import { addStudentDocuments } from './student-card';
import { usedDevice } from './used-device';

export type DistillationRequest = Omit<RequestInput<'distillations.start'>, 'project'>;

export interface Distillations {
  /**
   * Distils a backbone on the project's images and installs it. Cancelled, it keeps its state in the project's cache for
   * the same request. Job errors: `backbone_exists`, `teacher_untrained`, `no_split`, `too_few_images`, `raster_missing`,
   * and those of the engine.
   */
  start(project: OpenProject, request: DistillationRequest): Started<'distillations.start'>;
}

const SEED = 1;

export function createDistillations(options: {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly backbones: Pick<Backbones, 'list' | 'resolve' | 'importCheckpoint'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
}): Distillations {
  const { dataset, backbones, engine, pool, jobs } = options;
  return {
    start: (project, { teacher, student = REDUCED_STUDENT, name, minutes }) =>
      jobs.start(
        'distillations.start',
        { project: project.id },
        async (job): Promise<JobResult<'distillations.start'>> => {
          const known = await backbones.list();
          if (known.some((one) => one.name === name && one.source !== 'catalogue')) {
            throw new FoveaError('backbone_exists', `A backbone named "${name}" already exists.`, {
              hint: 'Choose another name, or remove the old one first.',
            });
          }
          const source = await backbones.resolve(teacher);
          if (source.kind !== 'folder') {
            throw new FoveaError('teacher_untrained', `"${teacher}" has random weights and cannot teach.`, {
              hint: 'Choose an imported or downloaded backbone as the teacher.',
            });
          }
          const images = distillationImages(project.store);
          const rasters = await ensureRasters({
            project,
            dataset,
            pool,
            pipeline: defaultPipeline(224),
            images,
            signal: job.signal,
            onProgress: (done, total) => job.progress('reading-images', done, total),
          });
          const content = recordHash(images.map(({ hash, frame }) => `${hash} ${frame}`));
          const key = recordHash({ content, teacher: source.folder, student, name, minutes }).slice(0, 16);
          const folder = join(cacheFolder(project.folder), 'distillation', key);
          const { device } = await usedDevice(engine, 'auto');
          const result = await requestEngine(engine, job, 'distil', {
            folder,
            teacherFolder: source.folder,
            student,
            rasters,
            images: content,
            minutes,
            seed: SEED,
            device,
            threads: 0,
          });
          const origin = { teacher, known: known.find((one) => one.name === teacher), student, project: project.name };
          await addStudentDocuments(source.folder, origin, result);
          const backbone = await backbones.importCheckpoint([result.folder], name, { signal: job.signal });
          await rm(folder, { recursive: true, force: true });
          const { trainImages, steps, seconds, errors } = result;
          return { backbone, images: trainImages, steps, seconds, errors };
        },
      ),
  };
}
