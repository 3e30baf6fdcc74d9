import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/graph';

export interface CrossEntropyOptions {
  /** Images of the compiled micro-batch; rows from `labels.length` on are padding. */
  readonly batch: number;
  readonly classes: number;
  readonly labels: Int32Array;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  /** Factor on the loss: 1 / number of micro-batches when gradients are accumulated. */
  readonly scale: number;
}

/**
 * Coefficients T [batch, classes] with which cross-entropy is `-sum(T log softmax(x))`, as PyTorch's CrossEntropyLoss
 * with reduction 'mean' defines it: with e = label smoothing and K classes
 *
 *   T[i, c] = ((1 - e) w[y_i] [c = y_i] + e / K w[c]) / sum_i w[y_i]
 *
 * Class weights, smoothing, the mean and the masking of padded rows (zeros) all live here, so the graph needs only one
 * loss.
 */
export function crossEntropyTargets(options: CrossEntropyOptions): Float32Array {
  const { batch, classes, labels, classWeights, labelSmoothing, scale } = options;
  const weightOf = (label: number): number => classWeights?.[label] ?? 1;
  let normaliser = 0;
  for (const label of labels) {
    if (label < 0 || label >= classes) throw new Error(`label ${label} is not one of ${classes} classes`);
    normaliser += weightOf(label);
  }
  const targets = new Float32Array(batch * classes);
  if (normaliser === 0) return targets;
  labels.forEach((label, row) => {
    for (let c = 0; c < classes; c += 1) {
      const own = c === label ? (1 - labelSmoothing) * weightOf(label) : 0;
      targets[row * classes + c] = (scale * (own + (labelSmoothing / classes) * weightOf(c))) / normaliser;
    }
  });
  return targets;
}

/** `-sum(T log softmax(logits))`, a scalar. */
export function crossEntropy(builder: GraphBuilder, logits: Value, targets: Value): Value {
  const weighted = builder.multiply(builder.logSoftmax(logits), targets);
  return builder.multiply(builder.reduceSum(weighted, [0, 1]), builder.scalar(-1));
}
