import { foldItems } from '../splitting/folds';
import { minimise } from '../statistics/lbfgs';
import { crossEntropyOfRows } from '../statistics/softmax-loss';
import type { Design } from './design';

export interface Labelled {
  /** Class indices. */
  readonly labels: Int32Array;
  readonly groups: Uint32Array;
  readonly classes: number;
}

export interface FitOptions {
  /** Bound on the largest component of the gradient of the mean loss with its penalty. */
  readonly tolerance: number;
  readonly maximumIterations: number;
}

/** Beyond this, the ranks of predictions no longer change. */
export const defaultFit: FitOptions = { tolerance: 1e-4, maximumIterations: 200 };

/** Each image's fold: whole groups, and balanced class counts if `stratified`. */
export function dealFolds(data: Labelled, folds: number, seed: number, stratified: boolean): Uint8Array {
  const items = Array.from(data.labels, (label, id) => ({
    id,
    label: stratified ? label : 0,
    group: data.groups[id] ?? null,
  }));
  const foldOf = foldItems(items, folds, seed);
  return Uint8Array.from(items, ({ id }) => foldOf.get(id) ?? 0);
}

/**
 * Probabilities [images, classes] of every image from the model that was not trained on its fold: multinomial logistic
 * regression with an L2 penalty on the weights and none on the biases, like scikit-learn's
 * LogisticRegression(C=penalty).
 */
export async function outOfFold(
  design: Design,
  data: Labelled,
  foldOf: Uint8Array,
  options: FitOptions = defaultFit,
): Promise<Float64Array> {
  const { classes, labels } = data;
  const { rowOf, rows, width, features } = design;
  const folds = foldOf.reduce((max, fold) => Math.max(max, fold + 1), 0);
  const predictions = new Float64Array(labels.length * classes);
  // Each fit starts from the previous fold's result: they share most of their images.
  let start: Float64Array = new Float64Array(classes * (width + 1));
  for (let fold = 0; fold < folds; fold += 1) {
    const targets = new Float32Array(rows * classes);
    let n = 0;
    for (let index = 0; index < labels.length; index += 1) {
      if (foldOf[index] === fold) continue;
      const at = (rowOf[index] ?? 0) * classes + (labels[index] ?? 0);
      targets[at] = (targets[at] ?? 0) + 1;
      n += 1;
    }
    for (let at = 0; at < targets.length; at += 1) targets[at] = (targets[at] ?? 0) / n;
    const decay = 1 / (design.penalty * n);
    const weights = classes * width;
    const { x } = await minimise(
      (linear, gradient) => {
        const loss = crossEntropyOfRows(linear, gradient, { features, width, classes }, targets);
        let squares = 0;
        for (let at = 0; at < weights; at += 1) {
          const weight = linear[at] as number;
          squares += weight * weight;
          gradient[at] = (gradient[at] as number) + decay * weight;
        }
        return loss + (decay / 2) * squares;
      },
      start,
      options,
    );
    start = x;
    const byRow = new Map<number, Float64Array>();
    for (let index = 0; index < labels.length; index += 1) {
      if (foldOf[index] !== fold) continue;
      const row = rowOf[index] ?? 0;
      const prediction = byRow.get(row) ?? softmaxOfRow(design, row, x, classes);
      byRow.set(row, prediction);
      predictions.set(prediction, index * classes);
    }
  }
  return predictions;
}

function softmaxOfRow({ features, width }: Design, row: number, linear: Float64Array, classes: number): Float64Array {
  const logits = Float64Array.from({ length: classes }, (_, label) => {
    let logit = linear[classes * width + label] ?? 0;
    for (let column = 0; column < width; column += 1) {
      logit += (linear[label * width + column] ?? 0) * (features[row * width + column] ?? 0);
    }
    return logit;
  });
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
