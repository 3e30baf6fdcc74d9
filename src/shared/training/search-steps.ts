import { CANONICAL_SHORT_SIDE } from '../models/pipeline';
import { type RunConfig, runConfigSchema } from '../models/run-config';

/** The settings that a search has found so far: a configuration that an ordinary run could have. */
export type Recipe = RunConfig;

/** The recipe with some settings changed. */
export const withSettings = (recipe: Recipe, settings: Readonly<Record<string, unknown>>): Recipe =>
  runConfigSchema.parse({ ...recipe, ...settings });

/** A change of the recipe to try. */
export interface SearchStep {
  /** For people. */
  readonly what: string;
  readonly settings: Partial<RunConfig>;
}

/** What the steps of a search depend on besides the recipe. */
export interface SearchedBackbone {
  /** Whether it has been trained before. */
  readonly pretrained: boolean;
  readonly patchSize: number;
  readonly layers: number;
  /** The image size of a recipe that names none. */
  readonly imageSize: number;
  /** Whether its own preparation cuts away the margins of images. */
  readonly cuts: boolean;
}

/** Penalties of a logistic regression that a search chooses from, the strongest first (scikit-learn's C). */
export const searchedPenalties: readonly number[] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1];

/** The first step: it computes the features of every image, which most other steps use too. */
export const firstStep: SearchStep = {
  what: 'Logistic regression on features',
  settings: { preset: 'quick', headSolver: 'logistic', featureViews: 0, testTimeViews: 0 },
};

/** The recipe that a search starts from. */
export const firstRecipe = (config: RunConfig): Recipe => ({ ...config, ...firstStep.settings });

/** Most augmented views of an image that are worth their time. */
const MAX_VIEWS = 8;
/** Predictions take as many times as long, plus one. */
const MAX_TEST_TIME_VIEWS = 4;
/** Epochs of steps that train layers: enough for a pretrained backbone, and few enough for five folds. */
const LAYER_EPOCHS = 8;
const FIRST_BLOCKS = 2;
const LAST_BLOCKS_RATE = 1e-4;

/**
 * The steps that could follow, the cheapest kind first. Each changes one thing; a kind that has brought something is
 * carried further, one that has not is left.
 *
 * @param tried settings of the steps so far
 */
export function nextSteps(
  recipe: Recipe,
  backbone: SearchedBackbone,
  tried: readonly Readonly<Record<string, unknown>>[],
): readonly SearchStep[] {
  const steps = [
    ...testTimeSteps(recipe),
    ...fitSteps(recipe, backbone),
    ...viewSteps(recipe),
    ...sizeSteps(recipe, backbone),
    ...layerSteps(recipe, backbone),
  ];
  return steps.filter(({ settings }) => !tried.some((before) => sameSettings(before, settings)));
}

const sameSettings = (one: Readonly<Record<string, unknown>>, other: Partial<RunConfig>): boolean =>
  Object.entries(other).every(([key, value]) => one[key] === value);

function viewSteps({ preset, featureViews, augmentation }: Recipe): SearchStep[] {
  if (preset !== 'quick' || !augmentation.enabled || featureViews >= MAX_VIEWS) return [];
  const views = Math.max(2, 2 * featureViews);
  return [{ what: `Head on ${views} augmented views`, settings: { featureViews: views } }];
}

/** The margins of a radiological image often show what matters. */
function fitSteps({ fit = 'checkpoint' }: Recipe, { cuts }: SearchedBackbone): SearchStep[] {
  if (fit !== 'checkpoint' || !cuts) return [];
  return [{ what: 'The whole image instead of its centre', settings: { fit: 'squash' } }];
}

/** Half as large again: patches show finer detail, and each image takes more than twice as long. */
function sizeSteps(recipe: Recipe, { pretrained, patchSize, imageSize }: SearchedBackbone): SearchStep[] {
  const size = patchSize * Math.round((1.5 * (recipe.imageSize ?? imageSize)) / patchSize);
  if (!pretrained || recipe.preset !== 'quick' || size > CANONICAL_SHORT_SIDE) return [];
  return [{ what: `Images of ${size} pixels`, settings: { imageSize: size } }];
}

/** The views of the head's training are there, so trying them for predictions costs nothing but heads. */
function testTimeSteps({ preset, featureViews, testTimeViews }: Recipe): SearchStep[] {
  const views = Math.min(featureViews, MAX_TEST_TIME_VIEWS);
  if (preset !== 'quick' || views <= testTimeViews) return [];
  return [
    { what: `Predictions averaged over ${views} augmented views`, settings: { featureViews, testTimeViews: views } },
  ];
}

/** Layers are compared by predictions on one view. */
function layerSteps({ preset, lastBlocks }: Recipe, { pretrained, layers }: SearchedBackbone): SearchStep[] {
  if (preset === 'full') return [];
  const blocks = preset === 'last-blocks' ? 2 * lastBlocks : FIRST_BLOCKS;
  return [...(pretrained && blocks < layers ? [blocksStep(blocks)] : []), fullStep(pretrained)];
}

const blocksStep = (lastBlocks: number): SearchStep => ({
  what: `Last ${lastBlocks} blocks, ${LAYER_EPOCHS} epochs`,
  settings: {
    ...{ preset: 'last-blocks', lastBlocks, epochs: LAYER_EPOCHS, learningRate: LAST_BLOCKS_RATE },
    testTimeViews: 0,
  },
});

const fullStep = (pretrained: boolean): SearchStep => ({
  what: `All layers, ${LAYER_EPOCHS} epochs`,
  settings: {
    ...{ preset: 'full', epochs: LAYER_EPOCHS, testTimeViews: 0 },
    ...(pretrained ? { learningRate: 5e-5, layerDecay: 0.75 } : { learningRate: 1e-3, layerDecay: 1 }),
  },
});
