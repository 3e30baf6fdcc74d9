import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { AttentionMaps } from '../../engine-host/core/protocol';
import type { Events } from '../core/events';
import type { Jobs, Started } from '../core/jobs';
import type { OpenProject } from '../project/projects';
import type { Runs } from '../runs/runs';
import { type PredictOptions, predictFiles } from './predict-files';
import type { PredictedFile } from './predicted-file';
import { PredictionMemory } from './prediction-memory';

export interface Predictions {
  /**
   * Answers for files and folders of files. The job's result is the list of answers; a file that cannot be read has
   * `ok: false` with the reason, and the others go on. Cancelling gives the answers so far. Job errors: `run_unknown`, `no_model`, `run_damaged`,
   * `pipeline_changed`, `pipeline_version`, `no_files`, `augmentation_off`, the engine's.
   */
  start(
    project: OpenProject,
    run: string,
    paths: readonly string[],
    options: PredictOptions,
  ): Started<'predictions.predict', { readonly predictions: PredictedFile[] }>;
  /** What is answered so far. Throws `job_unknown`. */
  list(job: string): PredictedFile[];
  /** The canonical raster that was answered for. Throws `not_found`. */
  image(prediction: string): Raster;
  /** CLS rows [layers, heads, gridHeight, gridWidth], then rollout [gridHeight, gridWidth]. Throws `not_found`. */
  attention(prediction: string): Float32Array;
  /** The maps by name. Throws `not_found`. */
  attentionMaps(prediction: string): AttentionMaps;
  clear(job: string): void;
}

const MEMORY_BYTES = 256 * 2 ** 20;
/** Jobs whose answers are kept. */
const KEPT_JOBS = 20;

export function createPredictions(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
  readonly events: Pick<Events, 'emit'>;
}): Predictions {
  const { runs, engine, pool, jobs, events } = options;
  const answers = new Map<string, PredictedFile[]>();
  const pictures = new PredictionMemory(MEMORY_BYTES);

  const held = (prediction: string) => {
    const found = pictures.get(prediction);
    if (found === null) {
      throw new FoveaError('not_found', 'The picture of this answer is not in memory any more.', {
        hint: 'Predict the file again.',
      });
    }
    return found;
  };

  const clear = (job: string): void => {
    for (const { id } of answers.get(job) ?? []) pictures.delete(id);
    answers.delete(job);
  };

  const attentionMaps = (prediction: string): AttentionMaps => {
    const { attention } = held(prediction);
    if (attention === null) {
      throw new FoveaError('not_found', 'This answer was asked for without attention.', {
        hint: 'Predict the file again with attention.',
      });
    }
    return attention;
  };

  return {
    start(project, run, paths, predictOptions) {
      const into: PredictedFile[] = [];
      const onAnswers = () => events.emit('changed', { project: project.id, topics: ['predictions'] });
      const job = jobs.start('predictions.predict', { project: project.id, run }, async (handle) => {
        await runs.get(project, run);
        const task = { project, run, paths, options: predictOptions, job: handle, into, onAnswers };
        await predictFiles({ engine, pool, pictures }, task);
        return { predictions: into };
      });
      answers.set(job.id, into);
      for (const oldest of answers.keys()) {
        if (answers.size <= KEPT_JOBS) break;
        clear(oldest);
      }
      return job;
    },
    list(job) {
      const found = answers.get(job);
      if (found === undefined) {
        throw new FoveaError('job_unknown', 'These answers are not kept any more.', {
          hint: 'Predict the files again.',
        });
      }
      return [...found];
    },
    image: (prediction) => held(prediction).raster,
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
