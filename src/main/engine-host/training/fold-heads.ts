import { caseCrossEntropy } from '#shared/statistics/log-loss';
import { averageViews } from '../../engine/train/average-views';
import { fitLogisticPath, type LogisticFit, type LogisticOptions } from '../../engine/train/logistic-regression';

export interface FoldHeadsInput {
  /** [images, width] of each view that heads are trained on. */
  readonly trainOn: readonly Float32Array[];
  /** [images, width] of each view whose probabilities a prediction averages. */
  readonly predictOn: readonly Float32Array[];
  /** [images], class indices. */
  readonly labels: Int32Array;
  /** [images], fold of each image. */
  readonly folds: Int32Array;
  readonly width: number;
  readonly classes: number;
  /** The strongest first, so that each search starts near its minimum. */
  readonly penalties: readonly number[];
  readonly classWeights: (labels: Int32Array) => readonly number[] | null;
  readonly labelSmoothing: number;
  onIteration(): Promise<void>;
}

export interface FoldHeads {
  /** [images, classes], each row by a head that was not trained on its fold, nor was its penalty chosen on it. */
  readonly logits: Float32Array;
  /** The penalty chosen on all folds, for the final head. */
  readonly penalty: number;
}

const TOLERANCE = 1e-5;
const MAXIMUM_ITERATIONS = 500;

/**
 * Predicts every image by a logistic head trained on the other folds, with a penalty chosen by cross-validation inside
 * these (nested cross-validation, Varma and Simon 2006). The inner folds are the outer ones: the head for the images of
 * fold i uses the penalty with the smallest loss over all j ≠ i of heads trained without i and j, and since the head
 * without i and j serves both, k folds need k (k - 1) / 2 + k fits of the path.
 */
export async function fitFoldHeads(input: FoldHeadsInput): Promise<FoldHeads> {
  const { folds, labels, classes, penalties } = input;
  const count = foldCount(folds);
  // inner[i][penalty]: loss, summed over images, of heads trained without fold i, each on images that it did not see.
  const inner = Array.from({ length: count }, () => new Float64Array(penalties.length));
  const outer = new Float64Array(penalties.length);
  for (let i = 0; i < count; i += 1) {
    for (let j = i + 1; j < count; j += 1) {
      const fits = await fitWithout(input, [i, j]);
      for (const [place, fit] of fits.entries()) {
        const lossOn = (fold: number) => lossOfFold(input, fit, fold);
        (inner[i] as Float64Array)[place] = ((inner[i] as Float64Array)[place] as number) + lossOn(j);
        (inner[j] as Float64Array)[place] = ((inner[j] as Float64Array)[place] as number) + lossOn(i);
      }
    }
  }
  const logits = new Float32Array(labels.length * classes);
  for (let fold = 0; fold < count; fold += 1) {
    const fits = await fitWithout(input, [fold]);
    const chosen = fits[smallest(inner[fold] as Float64Array)] as LogisticFit;
    for (const image of imagesOf(folds, fold)) logits.set(logitsOf(input, chosen, image), image * classes);
    for (const [place, fit] of fits.entries()) outer[place] = (outer[place] as number) + lossOfFold(input, fit, fold);
  }
  return { logits, penalty: penalties[smallest(outer)] as number };
}

/** Chooses the penalty with the smallest loss on images that heads were not trained on: one cross-validation. */
export async function choosePenalty(input: FoldHeadsInput): Promise<number> {
  const losses = new Float64Array(input.penalties.length);
  for (let fold = 0; fold < foldCount(input.folds); fold += 1) {
    for (const [place, fit] of (await fitWithout(input, [fold])).entries()) {
      losses[place] = (losses[place] as number) + lossOfFold(input, fit, fold);
    }
  }
  return input.penalties[smallest(losses)] as number;
}

const foldCount = (folds: Int32Array): number => 1 + folds.reduce((most, fold) => Math.max(most, fold), 0);

const imagesOf = (folds: Int32Array, fold: number): number[] =>
  [...folds.keys()].filter((image) => folds[image] === fold);

const smallest = (values: Float64Array): number =>
  values.reduce((best, value, place) => (value < (values[best] as number) ? place : best), 0);

function fitWithout(input: FoldHeadsInput, without: readonly number[]): Promise<LogisticFit[]> {
  const { trainOn: views, folds, width, classes, penalties, onIteration } = input;
  const images = [...folds.keys()].filter((image) => !without.includes(folds[image] as number));
  const features = new Float32Array(views.length * images.length * width);
  for (const [view, values] of views.entries()) {
    for (const [row, image] of images.entries()) {
      const at = (view * images.length + row) * width;
      features.set(values.subarray(image * width, (image + 1) * width), at);
    }
  }
  const own = Int32Array.from(images, (image) => input.labels[image] as number);
  const labels = Int32Array.from({ length: views.length * own.length }, (_, row) => own[row % own.length] as number);
  const options: Omit<LogisticOptions, 'penalty'> = {
    rowsPerImage: views.length,
    classWeights: input.classWeights(own),
    labelSmoothing: input.labelSmoothing,
    tolerance: TOLERANCE,
    maximumIterations: MAXIMUM_ITERATIONS,
    onIteration,
  };
  return fitLogisticPath({ features, labels, width, classes }, options, penalties);
}

/** Logits of an image; for several views, the logarithm of the mean probability. */
function logitsOf({ predictOn, width, classes }: FoldHeadsInput, { weight, bias }: LogisticFit, image: number) {
  const ofViews = predictOn.map((features) =>
    Float32Array.from({ length: classes }, (_, c) => {
      let logit = bias[c] as number;
      for (let j = 0; j < width; j += 1) {
        logit += (weight[c * width + j] as number) * (features[image * width + j] as number);
      }
      return logit;
    }),
  );
  const [only, second] = ofViews;
  return only !== undefined && second === undefined ? only : averageViews(ofViews, classes).logits;
}

function lossOfFold(input: FoldHeadsInput, fit: LogisticFit, fold: number): number {
  return imagesOf(input.folds, fold).reduce(
    (sum, image) => sum + caseCrossEntropy(logitsOf(input, fit, image), input.labels[image] as number),
    0,
  );
}
