import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '#shared/models/run-config';
import { planSteps, type StagePlan } from '#shared/training/plan';
import { createSchedule, scheduleOf } from './schedule';

// By hand from transformers' optimization.py: warm-up s / w, then max(0, .5 (1 + cos(pi p))), (n - s) / (n - w) or 1.
it.each([
  ['cosine', [0, 0.5, 1, 0.5 * (1 + Math.SQRT1_2), 0.5, 0.5 * (1 - Math.SQRT1_2), 0, 0]],
  ['linear', [0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0]],
  ['constant', [0, 0.5, 1, 1, 1, 1, 1, 1]],
] as const)('%s with warm-up', (kind, expected) => {
  const schedule = createSchedule({ decay: { kind }, learningRate: 0.2, warmupSteps: 2, totalSteps: 6 });
  expected.forEach((share, step) => {
    expect(schedule(step, [])).toBeCloseTo(0.2 * share, 12);
  });
});

it('starts at the peak without warm-up', () => {
  const schedule = createSchedule({ decay: { kind: 'cosine' }, learningRate: 1, warmupSteps: 0, totalSteps: 3 });
  expect(schedule(0, [])).toBe(1);
});

describe('step', () => {
  // torch.optim.lr_scheduler.StepLR(lr 0.2, step_size 3, gamma 0.5) of PyTorch 2.15, with one step per epoch.
  it('matches StepLR', () => {
    const decay = { kind: 'step', factor: 0.5, everySteps: 3 } as const;
    const schedule = createSchedule({ decay, learningRate: 0.2, warmupSteps: 0, totalSteps: 8 });
    const rates = Array.from({ length: 8 }, (_, step) => schedule(step, []));
    expect(rates).toEqual([0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05]);
  });

  it('counts epochs within a run, after the warm-up', () => {
    const config = runConfigSchema.parse({
      ...{ backbone: 'b', epochs: 6, batchSize: 2, gradientAccumulation: 1 },
      ...{ schedule: 'step', stepEpochs: 2, scheduleFactor: 0.1, warmupSteps: 2, learningRate: 1 },
    });
    // 8 images, 4 steps per epoch: drops after 8 and 16 steps.
    const schedule = scheduleOf(config, planSteps(config, 8).stages[0] as StagePlan);
    const at = [0, 1, 2, 7, 8, 15, 16, 23].map((step) => schedule(step, []));
    [0, 0.5, 1, 1, 0.1, 0.1, 0.01, 0.01].forEach((rate, i) => {
      expect(at[i]).toBeCloseTo(rate, 12);
    });
  });
});

describe('plateau', () => {
  const losses = [1.0, 0.8, 0.79999, 0.81, 0.82, 0.7, 0.7, 0.72, 0.73, Number.NaN, 0.9, 0.95, 0.69, 0.5];
  // torch.optim.lr_scheduler.ReduceLROnPlateau(lr 0.2, factor 0.5, patience) of PyTorch 2.15: the rate before each of
  // the losses and after the last. 0.79999 does not count as a fall: the threshold is a ten-thousandth.
  it.each([
    [0, [0, 0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 9]],
    [1, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4]],
    [2, [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3]],
  ])('with patience %i matches ReduceLROnPlateau', (patience, halvings) => {
    const decay = { kind: 'plateau', factor: 0.5, patience } as const;
    const schedule = createSchedule({ decay, learningRate: 0.2, warmupSteps: 0, totalSteps: 100 });
    halvings.forEach((count, epochs) => {
      expect(schedule(50, losses.slice(0, epochs))).toBeCloseTo(0.2 * 0.5 ** count, 15);
    });
  });

  it('ignores changes below 1e-8, as PyTorch does', () => {
    const decay = { kind: 'plateau', factor: 0.5, patience: 0 } as const;
    const schedule = createSchedule({ decay, learningRate: 3e-8, warmupSteps: 0, totalSteps: 100 });
    expect([1, 2, 3, 4].map((epochs) => schedule(9, Array(epochs).fill(1)))).toEqual([3e-8, 1.5e-8, 1.5e-8, 1.5e-8]);
  });
});
