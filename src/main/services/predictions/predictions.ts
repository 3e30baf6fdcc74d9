import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { AttentionMaps } from '#shared/models/attention';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { Events } from '../core/events';
import type { Jobs, Started } from '../core/jobs';
import type { OpenProject } from '../project/projects';
import type { Runs } from '../runs/runs';
import { type PredictOptions, predictFiles } from './predict-files';
import type { PredictedFile } from './predicted-file';
import { PredictionMemory } from './prediction-memory';

export interface Predictions {
  /**
   * Predicts files and folders of files. The job's result is the list of predictions; a file that cannot be read has
   * `ok: false` with the reason and does not stop the others. A cancelled job keeps the predictions so far. Job errors:
   * `run_unknown`, `no_model`, `run_damaged`, `pipeline_changed`, `pipeline_version`, `no_files`, `augmentation_off`,
   * and those of the engine.
   */
  start(
    project: OpenProject,
    run: string,
    paths: readonly string[],
    options: PredictOptions,
  ): Started<'predictions.predict', { readonly predictions: PredictedFile[] }>;
  /** The predictions so far. Throws `job_unknown`. */
  list(job: string): PredictedFile[];
  /** The canonical raster of a prediction. Throws `not_found`. */
  image(prediction: string): Raster;
  /**
   * CLS rows [layers, heads, gridHeight, gridWidth] followed by rollout [gridHeight, gridWidth]. Throws `not_found`.
   */
  attention(prediction: string): Float32Array;
  /** The maps by name. Throws `not_found`. */
  attentionMaps(prediction: string): AttentionMaps;
  clear(job: string): void;
}

const MEMORY_BYTES = 256 * 2 ** 20;
/** Jobs whose predictions are kept. */
const KEPT_JOBS = 20;

export function createPredictions(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
  readonly events: Pick<Events, 'emit'>;
}): Predictions {
  const { runs, engine, pool, jobs, events } = options;
  const predictionsByJob = new Map<string, PredictedFile[]>();
  const pictures = new PredictionMemory(MEMORY_BYTES);

  const picturesOf = (prediction: string) => {
    const found = pictures.get(prediction);
    if (found === null) {
      throw new FoveaError('not_found', 'The image of this prediction is no longer in memory.', {
        hint: 'Predict the file again.',
      });
    }
    return found;
  };

  const clear = (job: string): void => {
    for (const { id } of predictionsByJob.get(job) ?? []) pictures.delete(id);
    predictionsByJob.delete(job);
  };

  const attentionMaps = (prediction: string): AttentionMaps => {
    const { attention } = picturesOf(prediction);
    if (attention === null) {
      throw new FoveaError('not_found', 'This prediction was made without attention.', {
        hint: 'Predict the file again with attention.',
      });
    }
    return attention;
  };

  return {
    start(project, run, paths, predictOptions) {
      const predictions: PredictedFile[] = [];
      const onPredictions = () => events.emit('changed', { project: project.id, topics: ['predictions'] });
      const job = jobs.start('predictions.predict', { project: project.id, run }, async (handle) => {
        await runs.get(project, run);
        const task = { project, run, paths, options: predictOptions, job: handle, predictions, onPredictions };
        await predictFiles({ engine, pool, pictures }, task);
        return { predictions };
      });
      predictionsByJob.set(job.id, predictions);
      for (const oldest of predictionsByJob.keys()) {
        if (predictionsByJob.size <= KEPT_JOBS) break;
        clear(oldest);
      }
      return job;
    },
    list(job) {
      const found = predictionsByJob.get(job);
      if (found === undefined) {
        throw new FoveaError('job_unknown', 'These predictions are no longer available.', {
          hint: 'Predict the files again.',
        });
      }
      return [...found];
    },
    image: (prediction) => picturesOf(prediction).raster,
    attentionMaps,
    attention(prediction) {
      const { rows, rollout } = attentionMaps(prediction);
      const all = new Float32Array(rows.length + rollout.length);
      all.set(rows);
      all.set(rollout, rows.length);
      return all;
    },
    clear,
  };
}
