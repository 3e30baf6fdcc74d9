import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import { type RunConfigInput, runConfigSchema } from '#shared/models/run-config';
import { planSteps } from '#shared/training/plan';
import { initialLoopState, loopStateSchema, nextStage } from './checkpoint';
import { runTrainingLoop } from './loop';
import type { LoopInput } from './loop-context';
import type { Batch, TrainingSession } from './session';

/** Scripts the validation logits of each epoch, and thereby the metrics; steps are only counted. */
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
    averagedParameters: async () => new Map(),
    optimizer: async () => ({ step: 0, firstMoments: new Map(), secondMoments: new Map(), averages: new Map() }),
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
    plan: planSteps(parsed, 7),
    classes: 2,
    trainImages: 7,
    samplingWeights: null,
    chanceLoss: Math.LN2,
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
    lowestRateFactor: 1,
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
  it('continues after steps skipped in half precision, without their losses, and ends after 20 in a row', async () => {
    const { input, log } = createScript({}, [right, right]);
    const skipping = (skips: (step: number) => boolean): LoopInput => {
      let step = 0;
      const session: TrainingSession = {
        ...input.session,
        step: async () => {
          step += 1;
          return skips(step)
            ? { loss: Number.POSITIVE_INFINITY, gradientNorm: Number.NaN, skipped: true, note: `left out ${step}` }
            : { loss: step, gradientNorm: 1 };
        },
      };
      return { ...input, session };
    };
    // Two steps per epoch: the second is skipped in the first epoch, the first in the second.
    const { loop } = await runTrainingLoop(skipping((step) => step === 2 || step === 3));
    expect(loop.step).toBe(4);
    expect(log.flatMap((record) => (record.kind === 'epoch' ? [record.trainLoss] : []))).toEqual([1, 4]);
    expect(log.flatMap((record) => (record.kind === 'step' ? [[record.step, record.loss]] : []))).toEqual([
      [1, 1],
      [4, 4],
    ]);
    expect(log.flatMap((record) => (record.kind === 'note' ? [record.message] : []))).toEqual([
      'left out 2',
      'left out 3',
    ]);

    const long = createScript({}, Array<number[]>(15).fill(right)).input;
    const hopeless = { ...long, session: { ...long.session, step: skipping(() => true).session.step } };
    await expect(runTrainingLoop(hopeless)).rejects.toMatchObject({
      code: 'diverged',
      message: expect.stringMatching(/step 20: 20 steps in a row/),
    });
  });

  it('passes the validation losses of earlier epochs to the schedule', async () => {
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

  it('takes a step for each group of micro-batches, including a smaller last one', async () => {
    const { input, learningRates, groups, log } = createScript({}, [halfRight, right]);
    const result = await runTrainingLoop(input);
    // 7 images: micro-batches of 2, 2, 2, 1; two micro-batches per step.
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

  it('keeps the best epoch, by smaller loss among equals, and stops by the metric', async () => {
    const epochs = [right, surer, halfRight, halfRight, right];
    const { input, saved, log } = createScript({ earlyStoppingPatience: 3 }, epochs);
    const result = await runTrainingLoop(input);
    expect(saved).toEqual(['best 1', 'last 2', 'best 2', 'last 4', 'last 6', 'last 8']);
    expect(result.loop).toMatchObject({ finished: true, best: { epoch: 2, value: 1 }, step: 8 });
    expect(log.at(-1)).toMatchObject({ kind: 'note', message: expect.stringContaining('Stopped early') });
    // An early stop is final: resuming does nothing more.
    expect(await runTrainingLoop({ ...input, state: result.loop })).toMatchObject({
      state: 'finished',
      loop: { step: 8 },
    });
  });

  it('counts too small a gain against patience, but keeps its model', async () => {
    const { input, log } = createScript({ earlyStoppingPatience: 1, earlyStoppingDelta: 0.6 }, [
      halfRight,
      right,
      right,
    ]);
    const { loop } = await runTrainingLoop(input);
    expect(loop).toMatchObject({ best: { epoch: 2, value: 1 }, history: { length: 2 } });
    expect(log.at(-1)).toMatchObject({ kind: 'note' });
  });

  it('trains one stage, and counts on in the next with its own schedule and patience', async () => {
    const settings = { preset: 'gradual', stageEpochs: 2, learningRate: 1, earlyStoppingPatience: 1 } as const;
    const { input, learningRates, log, saved } = createScript(settings, [right, halfRight, halfRight, surer]);
    const lossesSeen: number[] = [];
    const learningRate: LoopInput['learningRate'] = (step, losses) => {
      lossesSeen.push(losses.length);
      return step;
    };
    const first = await runTrainingLoop({ ...input, learningRate });
    expect(first.loop).toMatchObject({ step: 4, stage: 0, stageStep: 4, finished: true });
    const second = await runTrainingLoop({ ...input, learningRate, state: nextStage(first.loop) });
    // Its first epoch does not beat the best of the previous stage, which counts against this stage's patience.
    expect(second.loop).toMatchObject({ step: 6, stage: 1, stageStep: 2, epochsBefore: 2, finished: true });
    const third = await runTrainingLoop({ ...input, learningRate, state: nextStage(second.loop) });
    expect(third.loop).toMatchObject({ stage: 2, epochsBefore: 3, best: { epoch: 4, value: 1 } });
    expect(learningRates.slice(0, 8)).toEqual([0, 1, 2, 3, 0, 1, 0, 1]);
    expect(lossesSeen.slice(0, 8)).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(log.flatMap((record) => (record.kind === 'epoch' ? [[record.epoch, record.stage]] : []))).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 2],
    ]);
    expect(saved).toContain('best 4');
  });

  it('reads the state of a checkpoint from before stages existed', () => {
    const { stage: _, stageStep: __, epochsBefore: ___, ...old } = { ...initialLoopState, step: 5 };
    expect(loopStateSchema.parse(old)).toEqual({ ...initialLoopState, step: 5, stageStep: 5 });
  });

  it('minimises the loss if that is the metric', async () => {
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
    // If saving takes 10 seconds, saving once in 200 is enough.
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

  it('ends without a checkpoint when cancelled', async () => {
    const { input, saved } = createScript({}, [right]);
    await expect(runTrainingLoop({ ...input, control: () => 'cancel' })).rejects.toMatchObject({ code: 'cancelled' });
    expect(saved).toEqual([]);
  });
});
