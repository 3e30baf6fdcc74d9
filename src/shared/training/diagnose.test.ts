import { describe, expect, it } from 'vitest';
import type { ErrorInfo } from '../ipc/errors';
import type { EpochRecord } from '../models/run';
import { type RunConfigInput, runConfigSchema } from '../models/run-config';
import { chanceLoss } from './chance-loss';
import { diagnose, type Evidence } from './diagnose';
import { higherRate, lowerRate } from './learning-rate-list';

const config = (changes: Partial<RunConfigInput> = {}) =>
  runConfigSchema.parse({ backbone: 'b', learningRate: 2e-5, ...changes });

/** Epochs with these training losses. */
const history = (losses: readonly number[]): EpochRecord[] =>
  losses.map((trainLoss, index) => ({
    kind: 'epoch',
    epoch: index + 1,
    step: 10 * (index + 1),
    stage: 0,
    trainLoss,
    validationLoss: trainLoss,
    metrics: { accuracy: 0.5, macroF1: 0.3, macroRecall: 0.5, auc: 0.5, loss: trainLoss },
    isBest: false,
    seconds: 1,
  }));

const evidence = (changes: Partial<Evidence>): Evidence => ({
  config: config(),
  trainCounts: [50, 50],
  error: null,
  stage: 0,
  epochs: [],
  ...changes,
});
const error = (code: string, message = 'It went wrong.'): ErrorInfo => ({ code, message, hint: null });
const settingsOf = (changes: Partial<Evidence>) => diagnose(evidence(changes))?.offers.map(({ settings }) => settings);

describe('chanceLoss', () => {
  it('is the entropy of the average targets', () => {
    const plain = { classBalance: 'none', labelSmoothing: 0 } as const;
    expect(chanceLoss([10, 10, 10], plain)).toBeCloseTo(Math.log(3), 12);
    // -(0.75 ln 0.75 + 0.25 ln 0.25)
    expect(chanceLoss([30, 10], plain)).toBeCloseTo(0.5623351446188083, 12);
    expect(chanceLoss([30, 10, 0], plain)).toBeCloseTo(0.5623351446188083, 12);
    expect(chanceLoss([30, 10], { ...plain, classBalance: 'weighted-loss' })).toBeCloseTo(Math.LN2, 12);
    // Shares 0.9 * 0.75 + 0.05 and 0.9 * 0.25 + 0.05.
    const smooth = -(0.725 * Math.log(0.725) + 0.275 * Math.log(0.275));
    expect(chanceLoss([30, 10], { ...plain, labelSmoothing: 0.1 })).toBeCloseTo(smooth, 12);
  });
});

describe('the list of learning rates', () => {
  it('covers the guide’s, and extends beyond them in both directions', () => {
    expect([1, 1e-3, 1e-4, 6e-5, 2e-5, 1e-5].map((rate) => lowerRate(rate, 'adamw'))).toEqual([
      1e-4, 1e-4, 5e-5, 5e-5, 1e-5, 5e-6,
    ]);
    expect([1e-9, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3, 1].map((rate) => higherRate(rate, 'adamw'))).toEqual([
      1e-5,
      2e-5,
      5e-5,
      1e-4,
      1e-3,
      null,
      null,
    ]);
    expect([lowerRate(1e-3, 'sgd'), higherRate(1e-3, 'sgd')]).toEqual([5e-4, 1e-2]);
  });
});

describe('diagnose', () => {
  it('finds nothing in a run that learns, that has just begun, or that ended for another reason', () => {
    expect(diagnose(evidence({}))).toBeNull();
    expect(diagnose(evidence({ epochs: history([0.69, 0.69, 0.66, 0.6, 0.55, 0.5, 0.45]) }))).toBeNull();
    // Four of 40 epochs are warm-up, and two after it are too few to say.
    expect(diagnose(evidence({ epochs: history(Array<number>(6).fill(0.692)) }))).toBeNull();
    expect(diagnose(evidence({ error: error('backbone_unknown') }))).toBeNull();
    expect(diagnose(evidence({ error: error('engine_crashed', 'The engine process crashed (SIGSEGV).') }))).toBeNull();
  });

  it.each([
    ['the code of the engine', error('out-of-memory')],
    [
      'a kill',
      error('engine_crashed', 'The engine process was killed (SIGKILL), which is what happens when memory runs out.'),
    ],
    [
      'an abort',
      error(
        'engine_crashed',
        'The engine process aborted (exit code 134), most often because a single allocation was too large.',
      ),
    ],
  ])('offers smaller batches with more accumulation if memory ran out: %s', (_, reason) => {
    expect(diagnose(evidence({ error: reason }))?.code).toBe('out-of-memory');
    expect(settingsOf({ error: reason })).toEqual([
      { batchSize: 5, gradientAccumulation: 4 },
      { preset: 'quick', learningRate: null },
    ]);
  });

  it('offers the remaining options if a batch is one image', () => {
    expect(settingsOf({ error: error('out-of-memory'), config: config({ batchSize: 1 }) })).toEqual([
      { preset: 'quick', learningRate: null },
    ]);
    expect(settingsOf({ error: error('out-of-memory'), config: config({ preset: 'quick', batchSize: 1 }) })).toEqual(
      [],
    );
  });

  it('offers a lower rate, a longer warm-up, clipping, and a look at the data if a run diverged', () => {
    const wild = config({ learningRate: 10, maxGradientNorm: 50, warmupRatio: 0 });
    expect(settingsOf({ error: error('diverged'), config: wild })).toEqual([
      { learningRate: 1e-4 },
      { warmupRatio: 0.1 },
      { maxGradientNorm: 1 },
      null,
    ]);
    expect(settingsOf({ error: error('gradient_exploded') })).toEqual([
      { learningRate: 1e-5 },
      { warmupRatio: 0.2 },
      null,
    ]);
    const bySteps = config({ warmupSteps: 30 });
    expect(settingsOf({ error: error('diverged'), config: bySteps })?.[1]).toEqual({ warmupSteps: 60 });
    // As long as it gets already.
    expect(settingsOf({ error: error('diverged'), config: config({ warmupRatio: 0.3 }) })).toHaveLength(2);
  });

  it('changes the rate of the stage that diverged', () => {
    const careful = config({ preset: 'careful', headLearningRate: 3 });
    expect(settingsOf({ error: error('diverged'), config: careful })?.[0]).toEqual({ headLearningRate: 1e-4 });
    expect(settingsOf({ error: error('diverged'), config: careful, stage: 1 })?.[0]).toEqual({ learningRate: 1e-5 });
  });

  it('detects a run that does not learn, whatever its classes', () => {
    const epochs = history([0.7, ...Array<number>(7).fill(0.69)]);
    expect(diagnose(evidence({ epochs }))).toMatchObject({
      code: 'not-learning',
      text: expect.stringContaining('0.693'),
      offers: [{ settings: { learningRate: 5e-5 } }, { settings: null }],
    });
    // Three quarters are of one class: 0.562 is guessing there, and 0.69 is worse.
    expect(diagnose(evidence({ epochs: history(Array<number>(8).fill(0.56)) }))).toBeNull();
    const skewed = { trainCounts: [75, 25], epochs: history(Array<number>(8).fill(0.56)) };
    expect(diagnose(evidence(skewed))?.code).toBe('not-learning');
    expect(settingsOf({ epochs, config: config({ preset: 'quick', learningRate: 0.1 }) })).toEqual([
      { learningRate: 1e-4 },
      { preset: 'full', learningRate: null },
      null,
    ]);
  });
});
