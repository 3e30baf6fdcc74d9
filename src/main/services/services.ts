import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createDecodePool, type DecodePool } from '../decode-host/client';
import { cancelOnAbort } from '../engine-host/cancel-on-abort';
import { createEngineClient, type EngineClient } from '../engine-host/client';
import type { ResourceSources } from '../ipc/resources';
import type { HostLauncher } from '../process/host';
import { INCOMING, sweepScratch, sweepTemporary } from '../process/scratch';
import { type About, createAbout } from './about';
import { type Backbones, createBackbones } from './backbones';
import { type Background, inThreads, placeOf } from './background';
import { type Comparisons, createComparisons } from './comparisons';
import { type Confounders, createConfounders } from './confounders';
import { createDataset, type Dataset } from './dataset';
import { createDeidentifiedExports, type DeidentifiedExports } from './deidentified-export';
import { createDuplicates, type Duplicates } from './duplicates';
import { createEvaluations, type Evaluations } from './evaluations';
import { createEvents, type Events } from './events';
import { createExperiments, type Experiments } from './experiments';
import { createExports, type Exports } from './exports';
import { createGrants, type Grants } from './grants';
import { createImports, type Imports } from './import';
import { createJobs, type Jobs } from './jobs';
import { createLabelTables, type LabelTables } from './label-tables';
import { createLabels, type Labels } from './labels';
import { createLearningRates, type LearningRates } from './learning-rates';
import type { FoveaLog } from './logger';
import { createPictures } from './pictures';
import type { Places } from './places';
import { createPrecisionCheck, type PrecisionCheck } from './precision-check';
import { createPredictions, type Predictions } from './predictions';
import { createProjects, type Projects } from './projects';
import { createReaders, type Readers } from './readers';
import { createReports, type Reports } from './reports';
import { createResourceSources } from './resource-sources';
import { createReview, type Review } from './review';
import { createRuns, type Runs } from './runs';
import { createSamples, type Samples } from './samples';
import { createSettings, type SettingsService } from './settings';
import { createSplits, type Splits } from './splits';

/** Everything that Fovea can do, whoever asks: the window, a browser tab or the command line. */
export interface Services {
  readonly about: About;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly grants: Grants;
  readonly settings: SettingsService;
  readonly projects: Projects;
  readonly samples: Samples;
  readonly imports: Imports;
  readonly dataset: Dataset;
  readonly labels: Labels;
  readonly labelTables: LabelTables;
  readonly readers: Readers;
  readonly splits: Splits;
  readonly duplicates: Duplicates;
  readonly confounders: Confounders;
  readonly review: Review;
  readonly backbones: Backbones;
  readonly learningRates: LearningRates;
  readonly runs: Runs;
  readonly evaluations: Evaluations;
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
  /** Pauses what trains, cancels the rest, ends the hosts and closes the projects. */
  close(): Promise<void>;
}

export interface ServicesOptions {
  readonly places: Pick<Places, 'userDataFolder' | 'projectsFolder' | 'resourcesFolder' | 'entries'>;
  readonly version: string;
  readonly log: FoveaLog;
  /** How this runtime starts processes. */
  readonly launcher: HostLauncher;
}

/**
 * Composes the services. Starts no process and writes nothing until there is something to do; what killed processes left
 * behind goes.
 */
export function createServices({ places, version, log, launcher }: ServicesOptions): Services {
  const { userDataFolder, projectsFolder, resourcesFolder, entries } = places;
  const backbonesFolder = join(userDataFolder, 'backbones');
  const events = createEvents((error) => log.failure('event listener', error));
  const jobs = createJobs(events);
  const background = inThreads(entries.backgroundWorker, events);
  const onLog = (line: string) => log.info(line);
  const engine = createEngineClient({ launcher, entry: entries.engineHost, onLog });
  const pool = createDecodePool({ launcher, entry: entries.decodeHost, size: Math.min(4, availableParallelism()) });

  const projects = createProjects({ userDataFolder, events });
  const swept = Promise.all([sweepTemporary(), sweepScratch(backbonesFolder, INCOMING), projects.sweep()]);
  const splits = createSplits({ events });
  const labels = createLabels({ events });
  const duplicates = createDuplicates({ events, pool, onFailure: (what, error) => log.failure(what, error) });
  const confounders = createConfounders({
    duplicates,
    jobs,
    events,
    scanner: (images, hooks) => background('scanConfounders', images, hooks),
  });
  const dataset = createDataset({ splits, pool });
  const imports = createImports({
    events,
    pool,
    splits: { splitAsGiven: (project) => background('splitAsGiven', { project: placeOf(project) }) },
  });
  const samples = createSamples({ projectsFolder, resourcesFolder, projects, imports, splits, jobs });

  const backbones = createBackbones({
    folder: backbonesFolder,
    resourcesFolder,
    jobs,
    inspect: (folder, signal) => {
      const call = engine.request('inspectBackbone', { folder });
      return signal === undefined ? call.result : cancelOnAbort(call, signal);
    },
  });
  const onFailure = (what: string, error: unknown) => log.failure(what, error);
  const runs = createRuns({ dataset, backbones, engine, pool, events, version, onFailure });
  const learningRates = createLearningRates({ dataset, backbones, engine, pool, jobs });
  const evaluations = createEvaluations({ runs, dataset, engine, pool, jobs, events, background });
  const comparisons = createComparisons({ runs, background });
  // After the evaluations: what a run's end sets going is done in the order of creation.
  const experiments = createExperiments({ runs, comparisons, dataset, events, background });
  // A run that has cached features can show copies that thumbnails do not.
  runs.onEnd(async (project) => duplicates.searchFeaturesLater(project));
  const review = createReview({ events, experiments, runs, onFailure, background });
  const reports = createReports({ runs, evaluations, dataset, engine, pool, version });
  const predictions = createPredictions({ runs, engine, pool, jobs });
  const exports = createExports({ runs, dataset, engine, pool, jobs });
  const deidentifiedExports = createDeidentifiedExports({ dataset, pool, jobs, reports, version });
  const precisionCheck = createPrecisionCheck({ runs, dataset, engine, pool, jobs });

  const pictures = createPictures({ dataset, pool });
  return {
    about: createAbout({ version, resourcesFolder, engine }),
    events,
    jobs,
    grants: createGrants(),
    settings: createSettings(userDataFolder),
    projects,
    samples,
    imports,
    dataset,
    labels,
    labelTables: createLabelTables({ events }),
    readers: createReaders({ events }),
    splits,
    duplicates,
    confounders,
    review,
    backbones,
    learningRates,
    runs,
    evaluations,
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
      projects.closeAll();
    },
  };
}
