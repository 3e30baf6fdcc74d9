import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { RunSummary } from '#shared/models/run';
import { createDecodePool, type DecodePool } from '../decode-host/client';
import { cancelOnAbort } from '../engine-host/client/cancel-on-abort';
import { createEngineClient, type EngineClient } from '../engine-host/client/client';
import type { HostLauncher } from '../process/host';
import { INCOMING, sweepScratch, sweepTemporary } from '../process/scratch';
import { type Backbones, createBackbones } from './backbones/backbones';
import { type Background, inThreads, placeOf } from './background/background';
import { confounderTasks } from './confounders/confounder-tasks';
import { type Confounders, createConfounders } from './confounders/confounders';
import { type About, createAbout } from './core/about';
import { createEvents, type Events } from './core/events';
import { createGrants, type Grants } from './core/grants';
import { createJobs, type Jobs } from './core/jobs';
import type { FoveaLog } from './core/logger';
import type { Places } from './core/places';
import type { ResourceSources } from './core/resource';
import { createSettings, type SettingsService } from './core/settings';
import { createDataset, type Dataset } from './dataset/dataset';
import { createPictures } from './dataset/pictures';
import { createDuplicates, type Duplicates } from './duplicates/duplicates';
import { createDeidentifiedExports, type DeidentifiedExports } from './exports/deidentified-export';
import { createExports, type Exports } from './exports/exports';
import { createPrecisionCheck, type PrecisionCheck } from './exports/precision-check';
import { createImports, type Imports } from './imports/imports';
import { createSamples, type Samples } from './imports/samples';
import { createLabels, type Labels } from './labels/labels';
import { createReaders, type Readers } from './labels/readers';
import { createPredictions, type Predictions } from './predictions/predictions';
import { createProjects, type Projects } from './project/projects';
import { createProposedProjects, type ProposedProjects } from './project/proposed-projects';
import { createReports, type Reports } from './reports/reports';
import { createResourceSources } from './resource-sources';
import { type Comparisons, createComparisons } from './results/comparisons';
import { createEvaluations, type Evaluations } from './results/evaluations';
import { createExperiments, type Experiments } from './results/experiments';
import { createOperatingPoints, type OperatingPoints } from './results/operating-points';
import { createReview, type Review } from './review/review';
import { type BatchChecks, createBatchChecks } from './runs/batch-check';
import { createDistillations, type Distillations } from './runs/distillations';
import { createLearningRates, type LearningRates } from './runs/learning-rates';
import { createRunCards, type RunCardsService } from './runs/run-cards';
import { createRuns, type Runs } from './runs/runs';
import { splitTasks } from './splits/split-tasks';
import { createSplits } from './splits/splits';
import { createSplitting, type Splitting } from './splits/splitting';

/** All functions of Fovea, shared by the window, a browser tab and the command line. */
export interface Services {
  readonly about: About;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly grants: Grants;
  readonly settings: SettingsService;
  readonly projects: Projects;
  readonly proposedProjects: ProposedProjects;
  readonly samples: Samples;
  readonly imports: Imports;
  readonly dataset: Dataset;
  readonly labels: Labels;
  readonly readers: Readers;
  readonly splitting: Splitting;
  readonly duplicates: Duplicates;
  readonly confounders: Confounders;
  readonly review: Review;
  readonly backbones: Backbones;
  readonly learningRates: LearningRates;
  readonly batchChecks: BatchChecks;
  readonly distillations: Distillations;
  readonly runs: Runs;
  readonly runCards: RunCardsService;
  readonly evaluations: Evaluations;
  readonly operatingPoints: OperatingPoints;
  readonly comparisons: Comparisons;
  readonly experiments: Experiments;
  readonly reports: Reports;
  readonly predictions: Predictions;
  readonly exports: Exports;
  readonly deidentifiedExports: DeidentifiedExports;
  readonly precisionCheck: PrecisionCheck;
  readonly resources: ResourceSources;
  readonly engine: EngineClient;
  readonly pool: DecodePool;
  readonly background: Background;
  /** Pauses training, cancels other jobs, ends the hosts and closes the projects. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  readonly places: Pick<Places, 'userDataFolder' | 'projectsFolder' | 'resourcesFolder' | 'entries'>;
  readonly version: string;
  readonly log: FoveaLog;
  /** Starts processes in this runtime. */
  readonly launcher: HostLauncher;
}

/**
 * Composes the services. Starts no process and writes nothing until needed, but deletes scratch files of killed
 * processes.
 */
export function createServices({ places, version, log, launcher }: ServicesOptions): Services {
  const { userDataFolder, projectsFolder, resourcesFolder, entries } = places;
  const backbonesFolder = join(userDataFolder, 'backbones');
  const events = createEvents((error) => log.failure('event listener', error));
  const jobs = createJobs(events);
  const threads = inThreads(entries.backgroundWorker);
  const background = threads.run;
  const onLog = (line: string) => log.info(line);
  const engine = createEngineClient({ launcher, entry: entries.engineHost, onLog });
  const pool = createDecodePool({ launcher, entry: entries.decodeHost, size: Math.min(4, availableParallelism()) });

  const projects = createProjects({ userDataFolder, events, onClose: () => void threads.release() });
  const swept = Promise.all([sweepTemporary(), sweepScratch(backbonesFolder, INCOMING), projects.sweep()]);
  const splits = createSplits();
  const labels = createLabels();
  const duplicates = createDuplicates({
    events,
    pool,
    background,
    onFailure: (what, error) => log.failure(what, error),
  });
  const confounders = createConfounders({
    duplicates,
    jobs,
    state: (project) => background(confounderTasks.state, { project: placeOf(project) }),
    scanner: (project, hooks) => background(confounderTasks.scan, { project: placeOf(project) }, hooks),
  });
  const dataset = createDataset({ splits, pool });
  const imports = createImports({
    events,
    pool,
    splits: { splitAsGiven: (project) => background(splitTasks.splitAsGiven, { project: placeOf(project) }) },
    background,
  });
  const samples = createSamples({ projectsFolder, resourcesFolder, projects, imports, splits, jobs });

  const settings = createSettings(userDataFolder);
  const onFailure = (what: string, error: unknown) => log.failure(what, error);
  const backbones = createBackbones({
    folder: backbonesFolder,
    resourcesFolder,
    jobs,
    settings,
    onFailure,
    inspect: (folder, signal) => {
      const call = engine.request('inspectBackbone', { folder });
      return signal === undefined ? call.result : cancelOnAbort(call, signal);
    },
    measureSpeed: () => engine.request('speed', {}).result,
  });
  const onStarted = ([first]: readonly RunSummary[]) => {
    if (first === undefined) return;
    void backbones
      .remember(first.backbone)
      .then(() => events.emit('changed', { project: null, topics: ['settings'] }))
      .catch((error: unknown) => onFailure('last backbone', error));
  };
  const runs = createRuns({ dataset, backbones, engine, pool, events, version, onStarted, onFailure });
  const lastBackbone = async () => (await settings.get()).lastBackbone;
  const runCards = createRunCards({ dataset, backbones, engine, lastBackbone });
  const learningRates = createLearningRates({ dataset, backbones, engine, pool, jobs });
  const batchChecks = createBatchChecks({ dataset, backbones, engine, pool, jobs });
  const distillations = createDistillations({ dataset, backbones, engine, pool, jobs });
  const evaluations = createEvaluations({ runs, dataset, engine, pool, jobs, background });
  const operatingPoints = createOperatingPoints({ runs, evaluations, background });
  const comparisons = createComparisons({ runs, background });
  // After the evaluations: handlers of a run's end are called in the order of creation.
  const experiments = createExperiments({ runs, comparisons, dataset, duplicates, events, background });
  // A run's cached features can reveal duplicates that thumbnails do not.
  runs.onEnd(async (project) => duplicates.searchFeaturesLater(project));
  const review = createReview({ events, duplicates, experiments, runs, onFailure, background });
  const reports = createReports({ runs, evaluations, dataset, engine, pool, jobs, background, version });
  const predictions = createPredictions({ runs, engine, pool, jobs, events });
  const exports = createExports({ runs, dataset, engine, pool, jobs });
  const deidentifiedExports = createDeidentifiedExports({ dataset, pool, jobs, reports, version });
  const precisionCheck = createPrecisionCheck({ runs, dataset, engine, pool, jobs });

  const pictures = createPictures({ dataset, pool });
  return {
    about: createAbout({ version, resourcesFolder, engine }),
    events,
    jobs,
    grants: createGrants(),
    settings,
    projects,
    proposedProjects: createProposedProjects({ projects, projectsFolder }),
    samples,
    imports,
    dataset,
    labels,
    readers: createReaders(),
    splitting: createSplitting({ duplicates, background }),
    duplicates,
    confounders,
    review,
    backbones,
    learningRates,
    batchChecks,
    distillations,
    runs,
    runCards,
    evaluations,
    operatingPoints,
    comparisons,
    experiments,
    reports,
    predictions,
    exports,
    deidentifiedExports,
    precisionCheck,
    resources: createResourceSources({ projects, pictures, predictions, reports, pool }),
    engine,
    pool,
    background,
    async close() {
      await swept;
      await runs.close();
      await jobs.cancelAll();
      engine.dispose();
      await pool.dispose();
      await threads.release();
      projects.closeAll();
    },
  };
}
