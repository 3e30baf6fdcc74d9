import { describe, expect, it } from 'vitest';
import { type RunConfigInput, runConfigSchema } from '../models/run-config';
import { firstRecipe, firstStep, nextSteps, withSettings } from './search-steps';

const recipe = (changes: Partial<RunConfigInput> = {}) =>
  firstRecipe(runConfigSchema.parse({ backbone: 'b', preset: 'auto', learningRate: 1e-3, ...changes }));
const pretrained = { pretrained: true, patchSize: 14, layers: 12, imageSize: 224, cuts: true };
const names = (steps: ReturnType<typeof nextSteps>) => steps.map(({ what }) => what);

describe('the steps of a search', () => {
  it('begin with a logistic regression, whatever the run says about heads', () => {
    expect(recipe({ headSolver: 'optimizer', featureViews: 3 })).toMatchObject(firstStep.settings);
  });

  it('go on where something was gained, and never repeat themselves', () => {
    const first = recipe();
    const steps = nextSteps(first, pretrained, [firstStep.settings]);
    const views = steps.find(({ settings }) => settings.featureViews === 2);
    expect(views).toBeDefined();
    const tried = [firstStep.settings, { ...views?.settings, headPenalty: 0.1 }];
    // Not kept: this kind is left.
    expect(nextSteps(first, pretrained, tried).some(({ settings }) => settings.featureViews === 2)).toBe(false);
    // Kept: twice as many, up to a limit.
    const more = nextSteps(withSettings(first, views?.settings ?? {}), pretrained, tried);
    expect(more.some(({ settings }) => settings.featureViews === 4)).toBe(true);
    const most = nextSteps(withSettings(first, { featureViews: 8 }), pretrained, tried);
    expect(most.some(({ settings }) => (settings.featureViews ?? 0) > 8)).toBe(false);
  });

  it('show the whole image where the checkpoint cuts it, and larger images up to the size of rasters', () => {
    const first = recipe();
    expect(names(nextSteps(first, pretrained, []))).toContain('The whole image instead of its centre');
    expect(names(nextSteps(withSettings(first, { fit: 'squash' }), pretrained, []))).not.toContain(
      'The whole image instead of its centre',
    );
    expect(names(nextSteps(first, { ...pretrained, cuts: false }, []))).not.toContain(
      'The whole image instead of its centre',
    );
    const sizes = (imageSize: number | null) =>
      nextSteps(withSettings(first, { imageSize }), pretrained, []).flatMap(({ settings }) => settings.imageSize ?? []);
    expect(sizes(null)).toEqual([336]);
    expect(sizes(336)).toEqual([504]);
    expect(sizes(504)).toEqual([]);
  });

  it('make no views without augmentation, and train all layers of random weights', () => {
    const plain = recipe({ augmentation: { enabled: false } });
    expect(names(nextSteps(plain, { ...pretrained, cuts: false }, []))).toEqual([
      'Images of 336 pixels',
      'Last 2 blocks, 8 epochs',
      'All layers, 8 epochs',
    ]);
    expect(names(nextSteps(plain, { ...pretrained, cuts: false, pretrained: false }, []))).toEqual([
      'All layers, 8 epochs',
    ]);
  });

  it('train more blocks where two were better than the head, up to all layers', () => {
    const blocks = (lastBlocks: number) => withSettings(recipe(), { preset: 'last-blocks', lastBlocks, fit: 'squash' });
    expect(names(nextSteps(blocks(2), pretrained, []))).toEqual(['Last 4 blocks, 8 epochs', 'All layers, 8 epochs']);
    expect(names(nextSteps(blocks(8), pretrained, []))).toEqual(['All layers, 8 epochs']);
    expect(names(nextSteps(withSettings(recipe(), { preset: 'full' }), { ...pretrained, cuts: false }, []))).toEqual(
      [],
    );
  });
});
