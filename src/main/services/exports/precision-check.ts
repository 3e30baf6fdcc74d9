import type { JobPhase } from '#shared/ipc/contract';
import type { PrecisionComparison } from '#shared/models/precision';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { bestCheckpoint, readRunSamples } from '../run-records/run-files';
import { openRunModel } from '../run-records/run-model';
import { samplesOf } from '../run-records/run-samples';
import { requestEngine } from '../runs/engine-job';
import type { Runs } from '../runs/runs';

export interface PrecisionCheck {
  /**
   * Measures the effect of int8: runs a run's best model as an fp32 and an int8 file on its validation images. The
   * job's result is the `PrecisionComparison`. Job errors: `run_unknown`, `no_model`, `run_damaged`, `empty_split`,
   * `raster_missing`, and those of the engine.
   */
  start(project: OpenProject, run: string): Started<'exports.comparePrecisions'>;
}

export function createPrecisionCheck(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
}): PrecisionCheck {
  const { runs, dataset, engine, pool, jobs } = options;

  const check = async (
    project: OpenProject,
    run: string,
    job: JobHandle<JobPhase<'exports.comparePrecisions'>>,
  ): Promise<PrecisionComparison> => {
    await runs.get(project, run);
    const folder = runFolder(project.folder, run);
    const { pipeline, config } = (await openRunModel(folder)).record;
    const images = samplesOf(await readRunSamples(folder), 'validation');
    const { signal } = job;
    const samples = await withRasters({ project, dataset, pool, pipeline, images, signal });
    const spec = { modelFolder: bestCheckpoint(folder), pipeline, samples, threads: config.threads };
    return requestEngine(engine, job, 'comparePrecisions', spec);
  };

  return {
    start: (project, run) =>
      jobs.start('exports.comparePrecisions', { project: project.id, run }, (job) => check(project, run, job)),
  };
}
