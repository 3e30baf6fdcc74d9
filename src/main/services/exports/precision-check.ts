import type { JobPhase } from '#shared/ipc/contract';
import type { PrecisionComparison } from '#shared/models/precision';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { withRasters } from '../dataset/raster-cache';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { requireModel } from '../run-records/require-model';
import { bestCheckpoint, readRunRecord, readRunSamples } from '../run-records/run-files';
import { samplesOf } from '../run-records/run-samples';
import { askEngine } from '../runs/engine-job';
import type { Runs } from '../runs/runs';

export interface PrecisionCheck {
  /**
   * What int8 would change for a run: its best model as an fp32 and an int8 file, both run on its validation images. The
   * job's result is the `PrecisionComparison`. Job errors: `run_unknown`, `no_model`, `run_damaged`, `empty_split`,
   * `raster_missing`, the engine's.
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
    const { pipeline, config } = await readRunRecord(folder);
    requireModel(folder);
    const images = samplesOf(await readRunSamples(folder), 'validation');
    const { signal } = job;
    const samples = await withRasters({ project, dataset, pool, pipeline, images, signal });
    const spec = { modelFolder: bestCheckpoint(folder), pipeline, samples, threads: config.threads };
    return askEngine(engine, job, 'comparePrecisions', spec);
  };

  return {
    start: (project, run) =>
      jobs.start('exports.comparePrecisions', { project: project.id, run }, (job) => check(project, run, job)),
  };
}
