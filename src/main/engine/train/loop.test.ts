import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import { type RunConfigInput, runConfigSchema } from '#shared/models/run-config';
import { initialLoopState } from './checkpoint';
import { type LoopInput, runTrainingLoop } from './loop';
import type { Batch, TrainingSession } from './session';

/** Validation logits of each epoch, so that metrics follow a script; steps are only counted. */
function createScript(config: Partial<RunConfigInput>, epochs: readonly (readonly number[])[], losses: number[] = []) {
  const learningRates: number[] = [];
  const groups: number[] = [];
  const log: LogRecord[] = [];
  const saved: string[] = [];
  let evaluations = 0;
  const session: TrainingSession = {
    step: async (microBatches, learningRate) => {
      learningRates.push(learningRate);
      groups.push(microBatches.length);
      return { loss: losses[learningRates.length - 1] ?? 0.5, gradientNorm: 1 };
    },
    logits: async () => Float32Array.from(epochs[evaluations++] ?? []),
    parameters: async () => new Map(),
    optimizer: async () => ({ step: 0, firstMoments: new Map(), secondMoments: new Map() }),
    dispose: async () => {},
  };
  const batchOf = (count: number): Batch => ({ pixels: new Float32Array(count), labels: new Int32Array(count), count });
  const parsed = runConfigSchema.parse({
    backbone: 'b',
    batchSize: 2,
    gradientAccumulation: 2,
    epochs: epochs.length,
    logEverySteps: 1,
    ...config,
  });
  const input: LoopInput = {
    config: parsed,
    classes: 2,
    trainImages: 7,
    samplingWeights: null,
    validationLabels: Int32Array.of(0, 1),
    session,
    batches: {
      training: async function* (_epoch, plan, first) {
        for (const positions of plan.slice(first)) yield batchOf(positions.length);
      },
      validation: async function* () {
        yield batchOf(2);
      },
    },
    learningRate: (step) => step,
    state: initialLoopState,
    saveBest: async (state) => {
      saved.push(`best ${state.history.length}`);
    },
    saveLast: async (state) => {
      saved.push(`last ${state.step}`);
    },
    log: (record) => log.push(record),
    progress: () => {},
    control: () => null,
    yieldToMessages: async () => {},
    now: () => 0,
    memoryMB: () => 1,
  };
  return { input, learningRates, groups, log, saved };
}

const right = [1, 0, 0, 1];
const surer = [2, 0, 0, 2];
const halfRight = [1, 0, 1, 0];

describe('runTrainingLoop', () => {
  it('tells the schedule the validation losses of the epochs before', async () => {
    const { input, learningRates, log } = createScript({}, [halfRight, right, surer]);
    const seen: (readonly number[])[] = [];
    await runTrainingLoop({
      ...input,
      learningRate: (_, losses) => {
        seen.push([...losses]);
        return losses.length;
      },
    });
    expect(learningRates).toEqual([0, 0, 1, 1, 2, 2]);
    const losses = log.flatMap((record) => (record.kind === 'epoch' ? [record.validationLoss] : []));
    expect(seen.at(-1)).toEqual(losses.slice(0, 2));
  });

  it('takes a step for each group of micro-batches, the last one smaller', async () => {
    const { input, learningRates, groups, log } = createScript({}, [halfRight, right]);
    const result = await runTrainingLoop(input);
    // 7 images: micro-batches of 2, 2, 2, 1; steps of two.
    expect(groups).toEqual([2, 2, 2, 2]);
    expect(learningRates).toEqual([0, 1, 2, 3]);
    expect(result).toMatchObject({ state: 'finished', loop: { step: 4, images: 14, best: { epoch: 2, value: 1 } } });
    expect(log.map((record) => (record.kind === 'step' ? record.epoch : record.kind))).toEqual([
      0.5,
      1,
      'epoch',
      1.5,
      2,
      'epoch',
    ]);
  });

  it('keeps the best, among equals the one of the smaller loss, and stops by the metric', async () => {
    const epochs = [right, surer, halfRight, halfRight, right];
    const { input, saved, log } = createScript({ earlyStoppingPatience: 3 }, epochs);
    const result = await runTrainingLoop(input);
    expect(saved).toEqual(['best 1', 'last 2', 'best 2', 'last 4', 'last 6', 'last 8']);
    expect(result.loop).toMatchObject({ finished: true, best: { epoch: 2, value: 1 }, step: 8 });
    expect(log.at(-1)).toMatchObject({ kind: 'note', message: expect.stringContaining('Stopped early') });
    // An early stop is an end: going on from it does nothing more.
    expect(await runTrainingLoop({ ...input, state: result.loop })).toMatchObject({
      state: 'finished',
      loop: { step: 8 },
    });
  });

  it('looks for the smallest loss where that is the metric', async () => {
    const { input } = createScript({ bestMetric: 'loss' }, [right, surer, halfRight]);
    const { loop } = await runTrainingLoop(input);
    expect(loop.best?.epoch).toBe(2);
    // Cross-entropy of a logit difference of 2: log(1 + exp(-2)).
    expect(loop.best?.value).toBeCloseTo(Math.log1p(Math.exp(-2)), 6);
    expect(loop.history.map(({ isBest }) => isBest)).toEqual([true, true, false]);
  });

  it('saves inside an epoch that takes minutes', async () => {
    const { input, saved } = createScript({ batchSize: 1, gradientAccumulation: 1 }, [right]);
    let time = 0;
    const slowStep = (session: TrainingSession): TrainingSession => ({
      ...session,
      step: (...given) => {
        time += 50_000;
        return session.step(...given);
      },
    });
    await runTrainingLoop({ ...input, session: slowStep(input.session), now: () => time });
    expect(saved).toEqual(['last 3', 'last 6', 'best 1', 'last 7']);
    // Where saving takes 10 seconds, once in 200 is enough.
    const other = createScript({ batchSize: 1, gradientAccumulation: 1 }, [right]);
    const saveLast: LoopInput['saveLast'] = (state) => {
      time += 10_000;
      return other.input.saveLast(state);
    };
    await runTrainingLoop({ ...other.input, session: slowStep(other.input.session), saveLast, now: () => time });
    expect(other.saved).toEqual(['last 3', 'best 1', 'last 7']);
  });

  it('ends when the loss is not a number, and saves nothing of it', async () => {
    const { input, saved } = createScript({}, [right, right], [0.5, 0.5, Number.NaN]);
    await expect(runTrainingLoop(input)).rejects.toMatchObject({ code: 'diverged' });
    expect(saved).toEqual(['best 1', 'last 2']);
  });

  it('ends without a checkpoint when it is cancelled', async () => {
    const { input, saved } = createScript({}, [right]);
    await expect(runTrainingLoop({ ...input, control: () => 'cancel' })).rejects.toMatchObject({ code: 'cancelled' });
    expect(saved).toEqual([]);
  });
});
