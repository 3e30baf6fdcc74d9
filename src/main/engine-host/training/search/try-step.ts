import type { RunConfig } from '#shared/models/run-config';
import type { FoldPredictions } from '#shared/models/search';
import { balancedClassWeights } from '#shared/training/plan';
import { type Recipe, searchedPenalties } from '#shared/training/search-steps';
import { headViews } from '#shared/training/stages';
import type { EngineDevice } from '../../../engine/backends/backend';
import { featureWidth } from '../../../engine/vit/tokens';
import type { GroupedFolds, Sample, TrainSpec } from '../../core/protocol';
import { checkCancelled, type RequestContext } from '../../core/request-context';
import { extractFeatures } from '../../features/extract-features';
import { fitFoldHeads } from '../fold-heads';
import { retryOnDisk } from '../wait-for-disk';
import { fitRecipe } from './fit-recipe';
import type { Pace } from './pace';
import type { PreparedRecipe } from './prepared-recipe';

/** What every step of a search works with. */
export interface SearchData {
  readonly spec: TrainSpec;
  readonly prepare: (recipe: Recipe) => Promise<PreparedRecipe>;
  readonly device: EngineDevice;
  /** Training images, then validation images. */
  readonly images: readonly Sample[];
  /** [images] */
  readonly folds: readonly number[];
  /** [images] */
  readonly groups: readonly number[];
  readonly pace: Pace;
}

export interface TrialListeners {
  readonly context: RequestContext;
  onProgress(counted: { readonly done: number; readonly total: number }): void;
  /** Saves the predictions so far; false ends the trial. */
  onFold(predictions: FoldPredictions): Promise<boolean>;
}

/** How a trial of a recipe ended. `settings`: what it has chosen by itself. */
export type Trial =
  | { readonly state: 'paused' | 'stopped' | 'dropped' }
  | { readonly state: 'finished'; readonly settings: Partial<RunConfig> };

/** Number of folds. */
export const foldCount = (folds: readonly number[]): number => 1 + Math.max(...folds);

/**
 * Predicts every image by a head trained on the features of the other folds. The backbone sees each view once, whatever
 * the number of folds.
 */
export async function tryHead(
  { spec, prepare, device, images, folds, pace }: SearchData,
  recipe: Recipe,
  { context, onProgress, onFold }: TrialListeners,
): Promise<Trial> {
  const { model, pipeline } = await prepare(recipe);
  const views = headViews(recipe, { epochs: 1, solver: 'logistic' });
  const requests = views.map((view) => ({ samples: images, view }));
  const total = requests.length * images.length;
  let [first, began] = [null as number | null, performance.now()];
  const features = await extractFeatures(requests, {
    cacheFolder: spec.cacheFolder,
    config: model.config,
    parameters: model.parameters,
    backboneHash: model.hash,
    pipeline,
    augmentation: recipe.augmentation,
    seed: recipe.seed,
    device,
    threads: recipe.threads,
    batchSize: recipe.batchSize,
    retry: (work) => retryOnDisk(work, spec.runFolder, context),
    onProgress: async (done) => {
      // The first report comes before the first batch, and that one includes the preparation of the backbone.
      if (first === null) [first, began] = [done, performance.now()];
      else pace.sawViews(recipe, done - first, (performance.now() - began) / 1000);
      onProgress({ done, total });
      await checkCancelled(context);
    },
  });
  const { logits, penalty } = await fitFoldHeads({
    trainOn: features,
    // Other random views than a prediction draws, but drawn from the same augmentation.
    predictOn: features.slice(0, 1 + recipe.testTimeViews),
    labels: Int32Array.from(images, ({ label }) => label),
    folds: Int32Array.from(folds),
    width: featureWidth(model.config),
    classes: spec.classes.length,
    penalties: searchedPenalties,
    classWeights: (labels) =>
      recipe.classBalance === 'none' ? null : balancedClassWeights(labels, spec.classes.length),
    labelSmoothing: recipe.labelSmoothing,
    onIteration: () => checkCancelled(context),
  });
  await onFold({ folds: Array.from({ length: foldCount(folds) }, (_, fold) => fold), logits: [...logits] });
  return { state: 'finished', settings: { headPenalty: penalty } };
}

/** Predicts every fold by a model trained on the others, from where `done` ends. */
export async function tryLayers(
  data: SearchData,
  recipe: Recipe,
  done: FoldPredictions,
  { context, onProgress, onFold }: TrialListeners,
): Promise<Trial> {
  const { spec, images, folds, pace } = data;
  const { model, pipeline } = await data.prepare(recipe);
  const classes = spec.classes.length;
  const total = foldCount(folds);
  let predictions = done;
  for (let fold = 0; fold < total; fold += 1) {
    if (predictions.folds.includes(fold)) continue;
    const held = [...images.keys()].filter((image) => folds[image] === fold);
    const train = images.filter((_, image) => folds[image] !== fold);
    const began = performance.now();
    const fit = await fitRecipe({
      spec: {
        ...spec,
        pipeline,
        config: recipe,
        train,
        validation: held.map((image) => images[image] as Sample),
        folds: foldsOf(
          data,
          [...images.keys()].filter((image) => folds[image] !== fold),
          held,
        ),
      },
      model,
      context,
      home: spec.runFolder,
      onProgress: (_, part, whole) => onProgress({ done: fold * whole + part, total: total * whole }),
    });
    if (fit.state !== 'finished') return { state: fit.state };
    const isFirst = predictions.folds.length === 0;
    pace.sawTraining(recipe, train.length, held.length, isFirst, (performance.now() - began) / 1000);
    const logits = [...predictions.logits];
    for (const [row, image] of held.entries()) {
      for (let c = 0; c < classes; c += 1) logits[image * classes + c] = fit.logits[row * classes + c] as number;
    }
    predictions = { folds: [...predictions.folds, fold], logits };
    if (!(await onFold(predictions))) return { state: 'dropped' };
  }
  return { state: 'finished', settings: {} };
}

/** The folds of a part of the images. */
const foldsOf = (
  { folds, groups }: SearchData,
  train: readonly number[],
  validation: readonly number[],
): GroupedFolds => {
  const places = [...train, ...validation];
  const pick = (values: readonly number[]) => places.map((place) => values[place] as number);
  return { folds: pick(folds), groups: pick(groups) };
};
