import type { JobResult } from '#shared/ipc/contract';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { samplesOf } from '../run-records/run-samples';
import { requestEngine } from './engine-job';
import { requireReady } from './run-creation';
import { type BackboneResolver, prepareRun, type RunConfigGiven } from './run-preview';

export interface LearningRates {
  /**
   * Tests learning rates for a configuration, from small to large, on the training images of the current split. Saves
   * nothing. The job's result is the `RateFinding`. Job errors: `run_not_ready`, `raster_missing`, and those of the
   * engine.
   */
  find(project: OpenProject, config: RunConfigGiven): Started<'rates.find'>;
}

export function createLearningRates(options: {
  readonly dataset: Pick<Dataset, 'classes' | 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
}): LearningRates {
  const { dataset, backbones, engine, pool, jobs } = options;
  return {
    find: (project, given) =>
      jobs.start('rates.find', { project: project.id }, async (job): Promise<JobResult<'rates.find'>> => {
        const prepared = await prepareRun(options, project, given);
        const { pipeline } = requireReady(prepared);
        const { config, classes } = prepared;
        const samplesFor = (split: 'train' | 'validation') =>
          withRasters({
            project,
            dataset,
            pool,
            pipeline,
            images: samplesOf(prepared.samples, split),
            signal: job.signal,
            onProgress: (done, total) => job.progress('reading-images', done, total),
          });
        const spec = {
          cacheFolder: cacheFolder(project.folder),
          config: { ...config, device: prepared.preview.device },
          classes,
          backbone: await backbones.resolve(config.backbone),
          pipeline,
          train: await samplesFor('train'),
          validation: await samplesFor('validation'),
        };
        const { stage, points, suggestion } = await requestEngine(engine, job, 'findLearningRate', spec);
        return { stage, points: [...points], suggestion };
      }),
  };
}
