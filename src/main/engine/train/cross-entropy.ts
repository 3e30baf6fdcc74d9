import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';

export interface CrossEntropyOptions {
  /** Images of the compiled micro-batch; rows beyond `labels.length` are padding. */
  readonly batch: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** For mixup: each image's second label, and the share of its first. */
  readonly mixed: { readonly share: number; readonly labels: Int32Array } | null;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  /** Factor on the loss: 1 / number of micro-batches if gradients are accumulated, times the loss scale of fp16. */
  readonly scale: number;
}

/**
 * Returns coefficients T [batch, classes] such that cross-entropy is `-sum(T log softmax(x))`, as PyTorch's
 * CrossEntropyLoss with reduction 'mean' defines it. With e = label smoothing and K classes
 *
 *   T[i, c] = ((1 - e) w[y_i] [c = y_i] + e / K w[c]) / sum_i w[y_i]
 *
 * For mixed images, the loss is s times that of their own labels plus 1 - s times that of the others' (Zhang et al.
 * 2018), each with its smoothing and its weighted mean: T = s T(y) + (1 - s) T(y'). y' is a permutation of y, so both
 * means have the same denominator.
 *
 * Class weights, smoothing, the mean and the masking of padded rows (zeros) are all part of T, so the graph needs only
 * one loss.
 */
export function crossEntropyTargets(options: CrossEntropyOptions): Float32Array {
  const { batch, classes, labels, mixed, scale } = options;
  const targets = new Float32Array(batch * classes);
  addTargets(targets, options, labels, mixed ? scale * mixed.share : scale);
  if (mixed) addTargets(targets, options, mixed.labels, scale * (1 - mixed.share));
  return targets;
}

function addTargets(
  targets: Float32Array,
  { classes, classWeights, labelSmoothing }: CrossEntropyOptions,
  labels: Int32Array,
  scale: number,
): void {
  const weightOf = (label: number): number => classWeights?.[label] ?? 1;
  let normaliser = 0;
  for (const label of labels) {
    if (label < 0 || label >= classes) throw new Error(`label ${label} is not one of ${classes} classes`);
    normaliser += weightOf(label);
  }
  if (normaliser === 0) return;
  labels.forEach((label, row) => {
    for (let c = 0; c < classes; c += 1) {
      const own = c === label ? (1 - labelSmoothing) * weightOf(label) : 0;
      const at = row * classes + c;
      const target = (scale * (own + (labelSmoothing / classes) * weightOf(c))) / normaliser;
      targets[at] = (targets[at] as number) + target;
    }
  });
}

/** Builds `-sum(T log softmax(logits))`, a scalar. */
export function crossEntropy(builder: GraphBuilder, logits: Value, targets: Value): Value {
  const weighted = builder.multiply(builder.logSoftmax(logits), targets);
  return builder.multiply(builder.reduceSum(weighted, [0, 1]), builder.scalar(-1));
}
