import { describe, expect, it } from 'vitest';
import { balancedClassWeights, planSteps, samplingWeights } from './plan';

describe('planSteps', () => {
  it("counts the guide's run: 468 images, batch 10, accumulation 2, 40 epochs", () => {
    const plan = planSteps(
      { batchSize: 10, gradientAccumulation: 2, epochs: 40, warmupRatio: 0.1, warmupSteps: null },
      468,
    );
    expect(plan).toEqual({ microBatchesPerEpoch: 47, stepsPerEpoch: 24, totalSteps: 960, warmupSteps: 96 });
  });
  it('takes a number of warm-up steps in place of the ratio, at most all', () => {
    const config = { batchSize: 10, gradientAccumulation: 2, epochs: 40, warmupRatio: 0.1 };
    expect(planSteps({ ...config, warmupSteps: 7 }, 468).warmupSteps).toBe(7);
    expect(planSteps({ ...config, warmupSteps: 0 }, 468).warmupSteps).toBe(0);
    expect(planSteps({ ...config, warmupSteps: 5000 }, 468).warmupSteps).toBe(960);
  });
  it('has a step for fewer images than a batch', () => {
    const plan = planSteps(
      { batchSize: 10, gradientAccumulation: 4, epochs: 3, warmupRatio: 0.1, warmupSteps: null },
      3,
    );
    expect(plan).toEqual({ microBatchesPerEpoch: 1, stepsPerEpoch: 1, totalSteps: 3, warmupSteps: 1 });
  });
});

describe('balancedClassWeights', () => {
  // sklearn.utils.class_weight.compute_class_weight('balanced', classes=[0, 1, 2], y=[0, 0, 0, 1, 1, 2])
  it('is inverse to the class counts', () => {
    expect(balancedClassWeights([0, 0, 0, 1, 1, 2], 3)).toEqual([6 / 9, 1, 2]);
    expect(balancedClassWeights([0, 0], 2)).toEqual([0.5, 0]);
    expect(() => balancedClassWeights([2], 2)).toThrow(RangeError);
  });
});

it('weighs each image for sampling by total / count of its class', () => {
  expect(samplingWeights([0, 0, 0, 1, 1, 2], 4)).toEqual([2, 2, 2, 3, 3, 6]);
});
