import { describe, expect, it } from 'vitest';
import { crossEntropyTargets } from './cross-entropy';

const options = {
  ...{ batch: 2, classes: 3, labels: Int32Array.of(0, 2), mixed: null },
  ...{ classWeights: null, labelSmoothing: 0, scale: 1 },
};

/** PyTorch's formula, term by term: the weighted mean of the negative log likelihood and of the smoothing loss. */
function torchLoss(logits: number[][], labels: number[], weights: number[], smoothing: number): number {
  const logProbabilities = logits.map((row) => {
    const sum = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
    return row.map((x) => x - sum);
  });
  const normaliser = labels.reduce((sum, label) => sum + (weights[label] as number), 0);
  const likelihood = labels.reduce(
    (sum, label, i) => sum - (weights[label] as number) * (logProbabilities[i]?.[label] as number),
    0,
  );
  const smooth = logProbabilities.reduce(
    (sum, row) => sum - row.reduce((part, x, c) => part + (weights[c] as number) * x, 0),
    0,
  );
  const classes = weights.length;
  return ((1 - smoothing) * likelihood) / normaliser + ((smoothing / classes) * smooth) / normaliser;
}

describe('crossEntropyTargets', () => {
  it('is one-hot over the mean in the plain case', () => {
    expect([...crossEntropyTargets(options)]).toEqual([0.5, 0, 0, 0, 0, 0.5]);
  });

  it('sets padded rows to zero and averages over the others', () => {
    expect([...crossEntropyTargets({ ...options, labels: Int32Array.of(1) })]).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it('gives the loss of PyTorch with weights and smoothing, times the scale', () => {
    const logits = [
      [0.3, -1.2, 2],
      [-0.5, 0.7, 0.1],
    ];
    const weights = [1, 2.5, 0.5];
    const targets = crossEntropyTargets({ ...options, classWeights: weights, labelSmoothing: 0.2, scale: 0.5 });
    let loss = 0;
    logits.forEach((row, i) => {
      const sum = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
      row.forEach((x, c) => {
        loss -= (targets[3 * i + c] as number) * (x - sum);
      });
    });
    expect(loss).toBeCloseTo(0.5 * torchLoss(logits, [0, 2], weights, 0.2), 6);
  });

  // Weights 1, 2, 1/2; labels 0 and 1, so the denominator is 3; 0.75 of each image and 0.25 of the other.
  it('splits the loss of mixed images between both labels, with their weights', () => {
    const mixed = { share: 0.75, labels: Int32Array.of(1, 0) };
    const given = { ...options, labels: Int32Array.of(0, 1), mixed, classWeights: [1, 2, 0.5] };
    const expected = [0.75 / 3, 0.5 / 3, 0, 0.25 / 3, 1.5 / 3, 0];
    for (const [index, target] of crossEntropyTargets(given).entries()) {
      expect(target).toBeCloseTo(expected[index] as number, 7);
    }
    // With smoothing 0.3 each class gets its weight x 0.1 / 3 in addition to 0.7 of the above, regardless of mixing.
    const smoothed = crossEntropyTargets({ ...given, labelSmoothing: 0.3 });
    for (const [index, target] of smoothed.entries()) {
      const even = (0.1 * ([1, 2, 0.5][index % 3] as number)) / 3;
      expect(target).toBeCloseTo(0.7 * (expected[index] as number) + even, 7);
    }
  });

  it('rejects a label outside the classes', () => {
    expect(() => crossEntropyTargets({ ...options, labels: Int32Array.of(3) })).toThrow(/label 3/);
  });

  it('is zero if all classes present have weight zero', () => {
    expect([...crossEntropyTargets({ ...options, classWeights: [0, 1, 0] })]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
