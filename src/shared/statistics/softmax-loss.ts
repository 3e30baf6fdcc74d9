export interface SoftmaxRows {
  /** [rows, width] */
  readonly features: Float32Array;
  readonly width: number;
  readonly classes: number;
}

/**
 * Returns -sum(T log softmax(x W^T + b)) and adds its gradient to `gradient`. d/d logits = softmax rowsum(T) - T.
 *
 * @param linear W [classes, width], then b [classes]
 * @param targets T [rows, classes]; a row of zeros does not count
 */
export function crossEntropyOfRows(
  linear: Float64Array,
  gradient: Float64Array,
  { features, width, classes }: SoftmaxRows,
  targets: Float32Array,
): number {
  const size = classes * width;
  const rows = targets.length / classes;
  const logits = new Float64Array(classes);
  let loss = 0;
  for (let row = 0; row < rows; row += 1) {
    let total = 0;
    for (let c = 0; c < classes; c += 1) total += targets[row * classes + c] as number;
    if (total === 0) continue;
    const first = row * width;
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c += 1) {
      let logit = linear[size + c] as number;
      const weights = c * width;
      for (let j = 0; j < width; j += 1) logit += (linear[weights + j] as number) * (features[first + j] as number);
      logits[c] = logit;
      largest = Math.max(largest, logit);
    }
    let exponentials = 0;
    for (let c = 0; c < classes; c += 1) exponentials += Math.exp((logits[c] as number) - largest);
    const logarithm = largest + Math.log(exponentials);
    for (let c = 0; c < classes; c += 1) {
      const target = targets[row * classes + c] as number;
      const logProbability = (logits[c] as number) - logarithm;
      loss -= target * logProbability;
      const slope = total * Math.exp(logProbability) - target;
      gradient[size + c] = (gradient[size + c] as number) + slope;
      const weights = c * width;
      for (let j = 0; j < width; j += 1) {
        gradient[weights + j] = (gradient[weights + j] as number) + slope * (features[first + j] as number);
      }
    }
  }
  return loss;
}
