import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { isLeaking, type KnownLeaks, leakStatement } from '#shared/models/known-leaks';
import type { CasePrediction, Evaluation, RunRecord } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { argmax, caseCrossEntropy } from '#shared/statistics/log-loss';
import type { DecodePool } from '../../decode-host/client';
import type { EngineClient } from '../../engine-host/client/client';
import type { ClassifyResult } from '../../engine-host/core/protocol';
import { fileGroups } from '../../store/identity';
import type { Background } from '../background/background';
import type { JobHandle } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { ensureRasters } from '../dataset/raster-cache';
import { knownLeaks } from '../duplicates/known-leaks';
import { audit } from '../project/audit';
import { runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { requireClasses, requireModel } from '../run-records/require-model';
import {
  bestCheckpoint,
  type EvaluatedSplit,
  type RunSample,
  readRunRecord,
  readRunSamples,
  writeEvaluation,
} from '../run-records/run-files';
import { samplesOf } from '../run-records/run-samples';
import { askEngine } from '../runs/engine-job';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';
import { testTimeOf } from './test-time';

export interface EvaluateOptions {
  /** In place of what the run's configuration says. */
  readonly testTimeViews?: number | undefined;
  /** Who opens the test set, as that person wants to be named. */
  readonly by?: string | null | undefined;
}

export interface EvaluateServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly background: Background;
}

/** In the audit trail: the test set was opened. */
export const TEST_OPENED = 'test-set.open';

/** Evaluates a run that is there and writes the evaluation beside it. See `Evaluations.start`. */
export async function evaluateRun(
  { dataset, engine, pool, background }: EvaluateServices,
  project: OpenProject,
  run: string,
  split: EvaluatedSplit,
  { testTimeViews, by }: EvaluateOptions,
  job: JobHandle<JobPhase<'evaluations.evaluate'>>,
): Promise<Evaluation> {
  const folder = runFolder(project.folder, run);
  const record = await readRunRecord(folder);
  requireModel(folder);
  const testTime = testTimeOf(record.config, testTimeViews);
  const all = await readRunSamples(folder);
  const samples = samplesOf(all, split);
  if (samples.length === 0) {
    throw new FoveaError('empty_split', `There was no ${split} image when this run began.`, {
      hint:
        record.experiment?.kind === 'folds'
          ? 'Runs of a cross-validation leave the test images out. Train a single run with these settings for them.'
          : `Make a split with ${split} images and train again.`,
    });
  }
  if (split === 'test') audit(project, TEST_OPENED, { run, images: samples.length, by: by ?? null });
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
  const cases = casesOf(samples, answer, record.classes.length);
  const evaluation: Evaluation = {
    run,
    split,
    testTimeViews: testTime?.views ?? 0,
    ...leaksOf(project, record, all, 'evaluation', record.leaks),
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
}

/** The answers for samples, in their order. Throws `model_broken`. */
function casesOf(
  samples: readonly RunSample[],
  answer: Pick<ClassifyResult, 'probabilities' | 'logits'>,
  size: number,
): CasePrediction[] {
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
  return cases;
}

/** What is known of leaks by now, in the split as the run has it, after what was known before. */
export function leaksOf(
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
