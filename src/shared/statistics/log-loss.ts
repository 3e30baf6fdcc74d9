/** Lower bound on probabilities, as in scikit-learn's `log_loss`: exactly 0 would make the loss infinite. */
const SMALLEST_PROBABILITY = 2.220446049250313e-16;

/** Cross-entropy of one case in nats: -log of the probability of the true class. */
export function caseLogLoss(probabilities: ArrayLike<number>, truth: number): number {
  const probability = probabilities[truth];
  if (probability === undefined) throw new RangeError('log loss: the truth is no class');
  return -Math.log(Math.min(1, Math.max(SMALLEST_PROBABILITY, probability)));
}

/** Cross-entropy of one case from its logits, exact even if the probability underflows a float. */
export function caseCrossEntropy(logits: ArrayLike<number>, truth: number): number {
  const own = logits[truth];
  if (own === undefined) throw new RangeError('cross-entropy: the truth is no class');
  return logSumExp(logits) - own;
}

/** log(sum(exp x)) in double precision, relative to the largest value. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, values[index] as number);
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += Math.exp((values[index] as number) - largest);
  return largest + Math.log(sum);
}

/** The index of the largest value; the first one in a tie. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}
