import type { JobPhase } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { isLeaking, type KnownLeaks, leakStatement } from '#shared/models/known-leaks';
import type { CasePrediction, Evaluation, RunRecord } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { argmax, caseCrossEntropy } from '#shared/statistics/log-loss';
import { softmaxRows } from '#shared/statistics/softmax';
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
import { cacheFolder, runFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { OUT_OF_FOLD, readOutOfFold } from '../run-records/out-of-fold';
import { type EvaluatedSplit, type RunSample, readRunSamples, writeEvaluation } from '../run-records/run-files';
import { classifyWithRun, openRunModel } from '../run-records/run-model';
import { samplesOf } from '../run-records/run-samples';
import { requestEngine } from '../runs/engine-job';
import { packCases } from './packed-cases';
import { resultTasks } from './result-tasks';
import { testTimeOf } from './test-time';

export interface EvaluateOptions {
  /** Overrides the run's configuration. */
  readonly testTimeViews?: number | undefined;
  /** Name of the person who opens the test set. */
  readonly by?: string | null | undefined;
}

export interface EvaluateServices {
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly engine: Pick<EngineClient, 'request'>;
  readonly pool: DecodePool;
  readonly background: Background;
}

/** Audit trail entry for an opening of the test set. */
export const TEST_OPENED = 'test-set.open';

/** Evaluates an existing run and writes the evaluation to its folder. See `Evaluations.start`. */
export async function evaluateRun(
  { dataset, engine, pool, background }: EvaluateServices,
  project: OpenProject,
  run: string,
  split: EvaluatedSplit,
  { testTimeViews, by }: EvaluateOptions,
  job: JobHandle<JobPhase<'evaluations.evaluate'>>,
): Promise<Evaluation> {
  const folder = runFolder(project.folder, run);
  const model = await openRunModel(folder);
  const { record } = model;
  const testTime = testTimeOf(record.config, testTimeViews);
  const all = await readRunSamples(folder);
  const samples = samplesOf(all, split);
  if (samples.length === 0) {
    throw new FoveaError('empty_split', `There were no ${split} images when this run started.`, {
      hint:
        record.experiment?.kind === 'folds'
          ? 'Cross-validation runs exclude the test images. Train a single run with these settings to evaluate on them.'
          : `Create a split with ${split} images and train again.`,
    });
  }
  const outOfFold = async () => {
    const logits = await readOutOfFold(folder, samples, record.classes.length);
    return { logits, probabilities: softmaxRows(logits, record.classes.length), seconds: 0 };
  };
  const predicted = async () => {
    const rasters = await ensureRasters({
      project,
      dataset,
      pool,
      pipeline: record.pipeline,
      images: samples,
      signal: job.signal,
      onProgress: (done, total) => job.progress('reading-images', done, total),
    });
    const request = { rasters, attention: false, testTime, cacheFolder: cacheFolder(project.folder) };
    return classifyWithRun(model, request, (spec) =>
      requestEngine(engine, job, 'evaluate', spec, { phase: 'evaluating', total: samples.length }),
    );
  };
  if (split === 'test') audit(project, TEST_OPENED, { run, images: samples.length, by: by ?? null });
  // The final model of a search is trained on the validation images too.
  const isOutOfFold = record.config.preset === 'auto' && split === 'validation';
  const result = isOutOfFold ? await outOfFold() : await predicted();
  const cases = casesOf(samples, result, record.classes.length);
  const numbers = await background(resultTasks.evaluateCases, {
    cases: packCases(cases),
    classes: record.classes,
    unnamed: fileGroups(project.store),
  });
  const evaluation: Evaluation = {
    run,
    split,
    testTimeViews: isOutOfFold ? 0 : (testTime?.views ?? 0),
    ...leaksOf(project, record, all, 'evaluation', record.leaks),
    ...numbers,
    cautions: [...(isOutOfFold ? [OUT_OF_FOLD] : []), ...numbers.cautions],
    seconds: result.seconds,
    imagesPerSecond: result.seconds > 0 ? cases.length / result.seconds : 0,
    evaluatedAt: new Date().toISOString(),
  };
  await writeEvaluation(folder, evaluation, cases);
  return evaluation;
}

/** The predictions for samples, in their order. Throws `model_broken`. */
function casesOf(
  samples: readonly RunSample[],
  result: Pick<ClassifyResult, 'probabilities' | 'logits'>,
  size: number,
): CasePrediction[] {
  const cases = samples.map(({ image, patient, label }, index): CasePrediction => {
    const probabilities = [...result.probabilities.subarray(index * size, (index + 1) * size)];
    const logits = result.logits.subarray(index * size, (index + 1) * size);
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
      hint: 'Its training diverged. Train again with a lower learning rate.',
    });
  }
  return cases;
}

/** Leaks known now in the split of the run, appended to those known before. */
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
