import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { isLeaking, type KnownLeaks, leakStatement } from '#shared/models/known-leaks';
import type { CasePrediction, Evaluation, RunRecord, TestOpening } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { argmax, caseCrossEntropy } from '#shared/statistics/log-loss';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import { auditEntriesOf } from '../../store/audit';
import { fileGroups } from '../../store/identity';
import type { Background } from '../background/background';
import type { JobHandle, Jobs, Started } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { ensureRasters } from '../dataset/raster-cache';
import { knownLeaks } from '../duplicates/known-leaks';
import { audit } from '../project/audit';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import {
  bestCheckpoint,
  type EvaluatedSplit,
  hasModel,
  type RunSample,
  readCases,
  readEvaluation,
  readRunRecord,
  readRunSamples,
  writeEvaluation,
} from '../run-records/run-files';
import { samplesOf } from '../run-records/run-samples';
import { askEngine } from '../runs/engine-job';
import type { Runs } from '../runs/runs';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';
import { testTimeOf } from './test-time';

export interface CaseFilter {
  readonly truth?: number | undefined;
  readonly predicted?: number | undefined;
  readonly correct?: boolean | undefined;
  /** [low, high): the last bin, which ends at 1, has its upper end too. */
  readonly confidence?: readonly [number, number] | undefined;
}

export interface Evaluations {
  /**
   * Evaluates the best checkpoint of a run on the images that stood in a part when the run began. The job's result is
   * the `Evaluation`. Each opening of the test set is written to the audit trail. Job errors: `run_unknown`,
   * `no_model`, `empty_split`, `run_damaged`, `raster_missing`, `augmentation_off`, the engine's. One that is under way
   * is not started again: the answer is its job.
   */
  start(
    project: OpenProject,
    run: string,
    split: EvaluatedSplit,
    options?: EvaluateOptions,
  ): Started<'evaluations.evaluate'>;
  /** Null where this part was not evaluated yet. */
  get(project: OpenProject, run: string, split: EvaluatedSplit): Promise<Evaluation | null>;
  /** Cases that a cell of the confusion matrix or a bar of a histogram stands for. Throws `not_evaluated`. */
  cases(project: OpenProject, run: string, split: EvaluatedSplit, filter: CaseFilter): Promise<CasePrediction[]>;
  /** Every opening of a test set, newest first; with the names that runs have now. */
  testOpenings(project: OpenProject): Promise<TestOpening[]>;
}

export interface EvaluateOptions {
  /** In place of what the run's configuration says. */
  readonly testTimeViews?: number | undefined;
  /** Who opens the test set, as that person wants to be named. */
  readonly by?: string | null | undefined;
}

const OPENED = 'test-set.open';

export function createEvaluations(options: {
  readonly runs: Pick<Runs, 'get' | 'list' | 'onEnd'>;
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly jobs: Jobs;
  readonly background: Background;
}): Evaluations {
  const { runs, dataset, engine, pool, jobs, background } = options;

  const evaluate = async (
    project: OpenProject,
    run: string,
    split: EvaluatedSplit,
    { testTimeViews, by }: EvaluateOptions,
    job: JobHandle<JobPhase<'evaluations.evaluate'>>,
  ): Promise<Evaluation> => {
    await runs.get(project, run);
    const folder = runFolder(project.folder, run);
    const record = await readRunRecord(folder);
    requireModel(folder);
    const testTime = testTimeOf(record.config, testTimeViews);
    const samples = samplesOf(await readRunSamples(folder), split);
    if (samples.length === 0) {
      throw new FoveaError('empty_split', `There was no ${split} image when this run began.`, {
        hint:
          record.experiment?.kind === 'folds'
            ? 'Runs of a cross-validation leave the test images out. Train a single run with these settings for them.'
            : `Make a split with ${split} images and train again.`,
      });
    }
    if (split === 'test') audit(project, OPENED, { run, images: samples.length, by: by ?? null });
    const rasters = await ensureRasters({
      project,
      dataset,
      pool,
      pipeline: record.pipeline,
      images: samples,
      signal: job.signal,
      onProgress: (done, total) => job.progress('reading-images', done, total),
    });
    const spec = {
      modelFolder: bestCheckpoint(folder),
      pipeline: record.pipeline,
      device: record.config.device,
      threads: record.config.threads,
      batchSize: record.config.evaluationBatchSize,
      rasters,
      attention: false,
      testTime,
    };
    const answer = await askEngine(engine, job, 'evaluate', spec, { phase: 'evaluating', total: samples.length });
    requireClasses(record.classes, answer.classes);
    const size = record.classes.length;
    const cases = samples.map(({ image, patient, label }, index): CasePrediction => {
      const probabilities = [...answer.probabilities.subarray(index * size, (index + 1) * size)];
      const logits = answer.logits.subarray(index * size, (index + 1) * size);
      const predicted = argmax(logits);
      return {
        image,
        patient,
        truth: label,
        predicted,
        confidence: probabilities[predicted] ?? 0,
        probabilities,
        loss: caseCrossEntropy(logits, label),
      };
    });
    if (cases.some((entry) => !Number.isFinite(entry.loss) || !Number.isFinite(entry.confidence))) {
      throw new FoveaError('model_broken', 'The model of this run produced NaN or infinite values.', {
        hint: 'Its training diverged: train again with a lower learning rate.',
      });
    }
    const evaluation: Evaluation = {
      run,
      split,
      testTimeViews: testTime?.views ?? 0,
      ...leaksOf(project, record, await readRunSamples(folder), 'evaluation', record.leaks),
      ...(await background(resultTasks.evaluateCases, {
        cases: packCases(cases),
        classes: record.classes,
        unnamed: fileGroups(project.store),
      })),
      seconds: answer.seconds,
      imagesPerSecond: answer.seconds > 0 ? cases.length / answer.seconds : 0,
      evaluatedAt: new Date().toISOString(),
    };
    await writeEvaluation(folder, evaluation, cases);
    return evaluation;
  };

  /** The last job by project, run, part and views. */
  const started = new Map<string, Started<'evaluations.evaluate'>>();

  const start: Evaluations['start'] = (project, run, split, given = {}) => {
    const key = [project.id, run, split, given.testTimeViews ?? 'as configured'].join(' ');
    const last = started.get(key);
    if (last !== undefined && jobs.list().some(({ id, state }) => id === last.id && state === 'running')) return last;
    const job = jobs.start('evaluations.evaluate', { project: project.id, run, split }, (handle) =>
      evaluate(project, run, split, given, handle),
    );
    started.set(key, job);
    return job;
  };

  // A run that has ended is looked at on the validation images at once; the test set waits for a person.
  runs.onEnd(async (project, run) => {
    await start(project, run, 'validation').result;
    // A leak is measured on test images; its openings are counted as all are.
    if ((await runs.get(project, run)).record.experiment?.kind === 'leak') {
      await start(project, run, 'test').result;
    }
  });

  return {
    start,
    async get(project, run, split) {
      const { record } = await runs.get(project, run);
      const folder = runFolder(project.folder, run);
      const evaluation = await readEvaluation(folder, split);
      if (evaluation === null) return null;
      // What is found later counts as well: Train must not know of a leak that Evaluate does not.
      return { ...evaluation, ...leaksOf(project, record, await readRunSamples(folder), 'now', evaluation.leaks) };
    },
    async cases(project, run, split, filter) {
      await runs.get(project, run);
      const folder = runFolder(project.folder, run);
      if ((await readEvaluation(folder, split)) === null) {
        throw new FoveaError('not_evaluated', `This run was not evaluated on its ${split} images yet.`, {
          hint: 'Evaluate it first.',
        });
      }
      return (await readCases(folder, split)).filter((entry) => passesFilter(entry, filter));
    },
    async testOpenings(project) {
      const names = new Map((await runs.list(project)).map(({ id, name }) => [id, name]));
      return auditEntriesOf(project.store, OPENED).map(({ at, detail }): TestOpening => {
        const run = String(detail['run']);
        const { by, images } = detail;
        return {
          at,
          run,
          runName: names.get(run) ?? null,
          by: typeof by === 'string' ? by : null,
          images: typeof images === 'number' ? images : 0,
        };
      });
    },
  };
}

/** What is known of leaks by now, in the split as the run has it, after what was known before. */
function leaksOf(
  { store }: OpenProject,
  { signOff }: RunRecord,
  samples: readonly RunSample[],
  when: 'evaluation' | 'now',
  before: readonly KnownLeaks[],
): Pick<Evaluation, 'leak' | 'leaks'> {
  const leaks = [...before, knownLeaks(store, samples, when)];
  const found = `Leaking split: these results look better than they are. ${leakStatement(leaks)}`;
  return { leaks, leak: signOff !== null ? signOffWarning(signOff) : isLeaking(leaks) ? found : null };
}

export function passesFilter(entry: CasePrediction, { truth, predicted, correct, confidence }: CaseFilter): boolean {
  if (truth !== undefined && entry.truth !== truth) return false;
  if (predicted !== undefined && entry.predicted !== predicted) return false;
  if (correct !== undefined && (entry.truth === entry.predicted) !== correct) return false;
  if (confidence === undefined) return true;
  const [low, high] = confidence;
  return entry.confidence >= low && (entry.confidence < high || (high >= 1 && entry.confidence <= high));
}

/** Throws `no_model`. */
export function requireModel(folder: string): void {
  if (hasModel(folder)) return;
  throw new FoveaError('no_model', 'This run has no model yet.', {
    hint: 'Let it finish its first epoch, or choose another run.',
  });
}

/** Throws `run_damaged` where a checkpoint is of other classes than its run. */
export function requireClasses(recorded: readonly string[], found: readonly string[]): void {
  if (recorded.length === found.length && recorded.every((label, index) => label === found[index])) return;
  throw new FoveaError('run_damaged', 'The checkpoint of this run has other classes than its configuration.', {
    hint: 'Restore the run folder from a copy, or train again.',
  });
}
