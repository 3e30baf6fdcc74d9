import type { Metric } from '#shared/models/metric';
import type { FoldPredictions } from '#shared/models/search';
import { argmax, caseCrossEntropy } from '#shared/statistics/log-loss';
import { type ImageCase, pairedDifference } from '#shared/statistics/paired-difference';

export interface JudgedImages {
  /** [images] */
  readonly labels: Int32Array;
  /** [images] */
  readonly groups: readonly number[];
  /** [images] */
  readonly folds: readonly number[];
  readonly classes: readonly string[];
}

function casesOf(
  { labels, groups, folds, classes }: JudgedImages,
  predictions: FoldPredictions,
  within: readonly number[],
) {
  const size = classes.length;
  return [...labels].flatMap((truth, image): ImageCase[] => {
    if (!within.includes(folds[image] as number)) return [];
    const logits = predictions.logits.slice(image * size, (image + 1) * size);
    return [
      {
        image,
        patient: groups[image] as number,
        truth,
        predicted: argmax(logits),
        confidence: 0,
        probabilities: [],
        loss: caseCrossEntropy(logits, truth),
      },
    ];
  });
}

/**
 * The mean cross-entropy of `challenger` minus that of `kept` on the images of the folds that the challenger has
 * predicted, with a 95 % interval that resamples groups. The loss and not the accuracy, because it also moves when a
 * prediction becomes surer or less sure, so it tells models apart with far fewer images.
 */
export function compareLoss(images: JudgedImages, kept: FoldPredictions, challenger: FoldPredictions): Metric | null {
  const within = challenger.folds;
  const [before, after] = [casesOf(images, kept, within), casesOf(images, challenger, within)];
  const pairs = before.map((one, index) => [one, after[index] as ImageCase] as const);
  return pairedDifference(pairs, images.classes, 'loss');
}

export const isBetter = (difference: Metric | null): boolean => (difference?.high ?? 0) < 0;
export const isWorse = (difference: Metric | null): boolean => (difference?.low ?? 0) > 0;
