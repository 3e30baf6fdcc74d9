import type { JobResult } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { samplingWeights } from '#shared/training/plan';
import type { DecodePool } from '../../decode-host/client';
import { countRepeats, epochOrder } from '../../engine/train/epoch-plan';
import type { EngineClient } from '../../engine-host/client/client';
import { dropEqualChannels } from '../../ingest/canonical-raster';
import type { Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import type { OpenProject } from '../project/projects';
import { samplesOf } from '../run-records/run-samples';
import { requestEngine } from './engine-job';
import { type BackboneResolver, type PreparedRun, previewRun, type RunConfigGiven } from './run-preview';

/** Images whose pixels are prepared at most; larger batches are cut to it. */
const MAX_IMAGES = 64;
/** Images shown at most. */
const SHOWN = 8;

export interface BatchChecks {
  /**
   * Prepares the first batch of a run's training and describes it: pictures, shape and statistics. Without a split, the
   * batch is of the split that a start would make. Changes nothing. Job errors: `run_not_ready`, `raster_missing`, and
   * those of the engine.
   */
  check(project: OpenProject, config: RunConfigGiven): Started<'runs.checkBatch'>;
}

export function createBatchChecks(options: {
  readonly dataset: Pick<Dataset, 'classes' | 'sourceFile'>;
  readonly backbones: BackboneResolver;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
}): BatchChecks {
  const { dataset, engine, pool, jobs } = options;
  return {
    check: (project, given) =>
      jobs.start('runs.checkBatch', { project: project.id }, async (job): Promise<JobResult<'runs.checkBatch'>> => {
        const prepared = await previewRun(options, project, given, { splitFirst: true });
        const { config, classes } = prepared;
        const { pipeline, images, repeats } = firstBatch(prepared);
        const samples = await withRasters({
          project,
          dataset,
          pool,
          pipeline,
          images,
          signal: job.signal,
          onProgress: (done, total) => job.progress('reading-images', done, total),
        });
        const { augmentation, seed } = config;
        const spec = { pipeline, augmentation, seed, samples, repeats, shown: SHOWN };
        const { views } = await requestEngine(engine, job, 'prepareBatch', spec);
        return {
          shape: [samples.length, 3, pipeline.height, pipeline.width],
          pipeline,
          views: await Promise.all(
            views.map(async ({ kind, statistics, pictures }) => ({
              kind,
              statistics,
              pictures: await Promise.all(
                pictures.map(async (picture, index) => ({
                  image: images[index]?.image ?? 0,
                  label: classes[images[index]?.label ?? 0] ?? '',
                  png: Buffer.from(await pool.encodePng(dropEqualChannels(picture))).toString('base64'),
                })),
              ),
            })),
          ),
        };
      }),
  };
}

/** The images of the first batch of the first epoch, in its order. */
function firstBatch({ config, classes, samples, pipeline, estimateProblem }: PreparedRun) {
  const train = samplesOf(samples, 'train');
  if (pipeline === null || train.length === 0) {
    throw new FoveaError('run_not_ready', estimateProblem ?? 'There are no training images yet.', {
      hint: pipeline === null ? 'Choose another backbone or image size.' : 'Label images of two classes.',
    });
  }
  const labels = train.map(({ label }) => label);
  const weights = config.classBalance === 'weighted-sampler' ? samplingWeights(labels, classes.length) : null;
  const order = epochOrder(config.seed, 1, train.length, weights).slice(0, Math.min(config.batchSize, MAX_IMAGES));
  return {
    pipeline,
    images: order.flatMap((position) => train[position] ?? []),
    repeats: countRepeats([order])[0] ?? [],
  };
}
