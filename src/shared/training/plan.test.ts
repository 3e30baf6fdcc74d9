import { describe, expect, it } from 'vitest';
import { type RunConfigInput, runConfigSchema } from '../models/run-config';
import { balancedClassWeights, planSteps, samplingWeights } from './plan';
import { totalEpochs } from './stages';

const config = (given: Partial<RunConfigInput>) =>
  runConfigSchema.parse({ backbone: 'b', learningRate: 1e-3, ...given });

describe('planSteps', () => {
  it("counts the guide's run: 468 images, batch 10, accumulation 2, 40 epochs", () => {
    const plan = planSteps(config({}), 468);
    expect(plan).toMatchObject({ totalSteps: 960, epochs: 40 });
    expect(plan.stages).toEqual([
      {
        ...{ name: 'All layers', trainable: 'all', learningRate: 1e-3, epochs: 40 },
        ...{ solver: 'optimizer', batchSize: 10, gradientAccumulation: 2 },
        ...{ stepsPerEpoch: 24, steps: 960, warmupSteps: 96 },
      },
    ]);
  });
  it('uses a number of warm-up steps in place of the ratio, at most all', () => {
    const warmup = (warmupSteps: number) => planSteps(config({ warmupSteps }), 468).stages[0]?.warmupSteps;
    expect([warmup(7), warmup(0), warmup(5000)]).toEqual([7, 0, 960]);
  });
  it('counts one step on all images for a logistic regression, and the others as usual', () => {
    const plan = planSteps(config({ preset: 'gradual', stageEpochs: 5, headSolver: 'logistic' }), 468);
    expect(plan.stages.map(({ solver, epochs, steps, batchSize }) => [solver, epochs, steps, batchSize])).toEqual([
      ['logistic', 1, 1, 468],
      ['optimizer', 5, 120, 10],
      ['optimizer', 5, 120, 10],
    ]);
    expect(plan.stages[0]).toMatchObject({ gradientAccumulation: 1, warmupSteps: 0, learningRate: 0 });
    expect(totalEpochs(config({ preset: 'quick', headSolver: 'logistic' }))).toBe(1);
    // Only a head that trains alone has a solver of its own.
    expect(planSteps(config({ preset: 'full', headSolver: 'logistic' }), 468).stages[0]?.solver).toBe('optimizer');
  });
  it('counts a step for fewer images than a batch', () => {
    const plan = planSteps(config({ gradientAccumulation: 4, epochs: 3 }), 3);
    expect(plan.stages[0]).toMatchObject({ stepsPerEpoch: 1, steps: 3, warmupSteps: 1 });
  });
  it('counts the stages of gradual unfreezing, the last one at a tenth of the rate', () => {
    const plan = planSteps(config({ preset: 'gradual', stageEpochs: 5, headLearningRate: 5e-3 }), 468);
    expect(plan).toMatchObject({ totalSteps: 3 * 5 * 24, epochs: 15 });
    expect(plan.stages.map(({ trainable, learningRate, steps }) => [trainable, learningRate, steps])).toEqual([
      ['head', 5e-3, 120],
      ['last-block', 1e-3, 120],
      ['all', 1e-4, 120],
    ]);
    expect(totalEpochs(config({ preset: 'careful', headEpochs: 7, epochs: 3 }))).toBe(10);
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

it('weights each image for sampling by total / count of its class', () => {
  expect(samplingWeights([0, 0, 0, 1, 1, 2], 4)).toEqual([2, 2, 2, 3, 3, 6]);
});
