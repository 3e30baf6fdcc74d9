import { describe, expect, it } from 'vitest';
import { type RunConfigInput, runConfigSchema } from '../models/run-config';
import { firstRecipe, firstStep, nextSteps, withSettings } from './search-steps';

const recipe = (changes: Partial<RunConfigInput> = {}) =>
  firstRecipe(runConfigSchema.parse({ backbone: 'b', preset: 'auto', learningRate: 1e-3, ...changes }));
const names = (steps: ReturnType<typeof nextSteps>) => steps.map(({ what }) => what);

describe('the steps of a search', () => {
  it('begin with a logistic regression, whatever the run says about heads', () => {
    expect(recipe({ headSolver: 'optimizer', featureViews: 3 })).toMatchObject(firstStep.settings);
  });

  it('go on where something was gained, and never repeat themselves', () => {
    const first = recipe();
    const steps = nextSteps(first, true, [firstStep.settings]);
    const views = steps.find(({ settings }) => settings.featureViews === 2);
    expect(views).toBeDefined();
    const tried = [firstStep.settings, { ...views?.settings, headPenalty: 0.1 }];
    // Not kept: this kind is left.
    expect(nextSteps(first, true, tried).some(({ settings }) => settings.featureViews === 2)).toBe(false);
    // Kept: twice as many, up to a limit.
    const more = nextSteps(withSettings(first, views?.settings ?? {}), true, tried);
    expect(more.some(({ settings }) => settings.featureViews === 4)).toBe(true);
    const most = nextSteps(withSettings(first, { featureViews: 8 }), true, tried);
    expect(most.some(({ settings }) => (settings.featureViews ?? 0) > 8)).toBe(false);
  });

  it('make no views without augmentation, and no adapters for random weights', () => {
    const plain = recipe({ augmentation: { enabled: false } });
    expect(names(nextSteps(plain, true, []))).toEqual(['Adapters, 8 epochs', 'All layers, 8 epochs']);
    expect(names(nextSteps(plain, false, []))).toEqual(['All layers, 8 epochs']);
  });
});
