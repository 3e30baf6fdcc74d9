import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { lastLayer, overlayDefaults, placeMaps, selectMap } from '#shared/imaging/attention-overlay';
import { decodeRaster } from '#shared/imaging/raster';
import type { JobPhase, JobResult } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import type { AttentionMaps } from '#shared/models/attention';
import { type SplitName, splitNames } from '#shared/models/dataset';
import { countPatients } from '#shared/models/patient-count';
import type { CasePrediction, RunDetail } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import { type RasterPlace, readPlace } from '../../packs/place';
import type { Background } from '../background/background';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { ensureRasters } from '../dataset/raster-cache';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { Evaluations } from '../results/evaluations';
import { type EvaluatedSplit, type RunSample, readRunSamples, writeText } from '../run-records/run-files';
import { classifyWithRun, openRunModel } from '../run-records/run-model';
import { countClasses, namesPatient, samplesOf } from '../run-records/run-samples';
import { requestEngine } from '../runs/engine-job';
import type { Runs } from '../runs/runs';
import { reportTasks } from './report-tasks';
import type { ReportExample, ReportSplit } from './run-report';

export interface Reports {
  /**
   * Writes the report of a run's evaluation to `runs/<id>/report-<split>.html`. Job errors: `run_unknown`,
   * `run_damaged`, `not_evaluated`, `disk_full`.
   */
  start(project: OpenProject, run: string, split: EvaluatedSplit): Started<'evaluations.report'>;
  /** Registers a page written by another service and returns its resource id. */
  offer(file: string): string;
  /**
   * Reads a report written or registered by this process.
   * @throws `not_found`
   */
  read(resource: string): Promise<Uint8Array>;
}

type ReportJob = JobHandle<JobPhase<'evaluations.report'>>;

export function createReports(options: {
  readonly runs: Pick<Runs, 'get'>;
  readonly evaluations: Pick<Evaluations, 'get' | 'cases' | 'testOpenings'>;
  readonly dataset: Pick<Dataset, 'sourceFile' | 'summary'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
  readonly background: Background;
  readonly version: string;
}): Reports {
  const { runs, evaluations, dataset, engine, pool, jobs, background } = options;
  const written = new Map<string, string>();

  /** The correct prediction with the highest confidence, with the attention of the last layer. */
  const makeExample = async (
    project: OpenProject,
    run: RunDetail,
    samples: readonly RunSample[],
    cases: readonly CasePrediction[],
    job: ReportJob,
  ): Promise<ReportExample | null> => {
    const shown = cases
      .filter((one) => one.truth === one.predicted)
      .reduce<CasePrediction | null>(
        (best, one) => (best === null || one.confidence > best.confidence ? one : best),
        null,
      );
    const sample = samples.find((one) => one.image === shown?.image);
    if (shown === null || sample === undefined) return null;
    const model = await openRunModel(runFolder(project.folder, run.summary.id));
    const { pipeline, classes } = model.record;
    job.progress('reading-images', 0, 1);
    const rasters = await ensureRasters({ project, dataset, pool, pipeline, images: [sample], signal: job.signal });
    const raster = decodeRaster(readPlace(rasters[0] as RasterPlace));
    const classified = await classifyWithRun(model, { rasters, attention: true, testTime: null }, (spec) =>
      requestEngine(engine, job, 'classify', spec, { phase: 'predicting', total: 1 }),
    );
    const maps = classified.attention[0];
    const overlay = (shown: AttentionMaps) =>
      background(reportTasks.blendOverlay, {
        raster,
        overlay: { map: selectMap(placeMaps(shown, raster, pipeline), lastLayer(shown)), ...overlayDefaults },
      });
    return {
      name: `Image ${sample.image} of the project: the correct prediction with the highest confidence`,
      picture: await pool.encodePng(raster),
      overlay: maps === undefined ? null : await pool.encodePng(await overlay(maps)),
      truth: classes[shown.truth] ?? null,
      label: classes[shown.predicted] ?? '',
      probabilities: classes.map((label, index) => ({ label, probability: shown.probabilities[index] ?? 0 })),
    };
  };

  const offer = (file: string): string => {
    const resource = createHash('sha256').update(file).digest('hex').slice(0, 32);
    written.set(resource, file);
    return resource;
  };

  const write = async (
    project: OpenProject,
    run: string,
    split: EvaluatedSplit,
    job: ReportJob,
  ): Promise<JobResult<'evaluations.report'>> => {
    const detail = await runs.get(project, run);
    const evaluation = await evaluations.get(project, run, split);
    if (evaluation === null) {
      throw new FoveaError('not_evaluated', `This run has not been evaluated on its ${split} images yet.`, {
        hint: 'Evaluate it first, then create the report.',
      });
    }
    const folder = runFolder(project.folder, run);
    const samples = await readRunSamples(folder);
    const cases = await evaluations.cases(project, run, split, {});
    // The example is optional: its source may be gone, or the engine broken.
    const example = await makeExample(project, detail, samples, cases, job).catch(() => null);
    job.signal.throwIfAborted();
    job.progress('writing-report', 0, null);
    const isNamed = namesPatient(project);
    const page = await background(reportTasks.runPage, {
      project: project.name,
      run: detail,
      evaluation,
      parts: splitNames.map((name) => describeSplit(name, samples, detail.record.classes.length, isNamed)),
      split: describeSeparation(samples, isNamed),
      environment: environment(options.version),
      testOpenings: split === 'test' ? await evaluations.testOpenings(project) : null,
      example,
      writtenAt: new Date().toISOString(),
    });
    const file = join(folder, `report-${split}.html`);
    await writeText(file, page);
    return { resource: offer(file), file };
  };

  return {
    start: (project, run, split) =>
      jobs.start('evaluations.report', { project: project.id, run, split }, (job) => write(project, run, split, job)),
    offer,
    async read(resource) {
      const file = written.get(resource);
      const page = file === undefined ? null : await readFile(file).catch(() => null);
      if (page === null) {
        throw new FoveaError('not_found', 'This report no longer exists.', { hint: 'Create it again.' });
      }
      return page;
    },
  };
}

function describeSplit(
  split: SplitName,
  samples: readonly RunSample[],
  classes: number,
  isNamed: (patient: number) => boolean,
): ReportSplit {
  const own = samplesOf(samples, split);
  return { split, images: own.length, ...countPatients(own, isNamed), perClass: countClasses(own, classes) };
}

/** Separation of patients in the run's own images, because the project's split may have changed since. */
function describeSeparation(samples: readonly RunSample[], isNamed: (patient: number) => boolean): [string, string][] {
  const parts = new Map<number, Set<SplitName>>();
  for (const { patient, part } of samples) {
    if (patient === null) continue;
    parts.set(patient, (parts.get(patient) ?? new Set()).add(part));
  }
  const across = [...parts.values()].filter((seen) => seen.size > 1).length;
  const { patients, withoutPatient } = countPatients(samples, isNamed);
  return [
    ['patients in more than one split', patients === null ? 'unknown' : String(across)],
    ['images without a known patient', String(withoutPatient)],
  ];
}

function environment(version: string): [string, string][] {
  const processors = cpus();
  return [
    ['report written by', `Fovea ${version}, Node ${process.versions.node}`],
    [
      'machine',
      `${platform()} ${release()}, ${arch()}, ${processors.length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    ],
    ['processor', processors[0]?.model.trim() ?? 'unknown'],
  ];
}
