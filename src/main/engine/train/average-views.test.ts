import { describe, expect, it } from 'vitest';
import { caseCrossEntropy } from '#shared/statistics/log-loss';
import { softmaxRows } from '#shared/statistics/softmax';
import { averageViews } from './average-views';

const logs = (...values: number[]) => Float32Array.from(values, Math.log);

describe('averageViews', () => {
  it('averages probabilities, as by hand', () => {
    // Two images of two classes in three views. Logits are logs of odds: their softmax is known.
    const first = logs(9, 1, 1, 1);
    const second = logs(3, 1, 1, 4);
    const third = logs(1, 3, 2, 8);
    const { probabilities, logits } = averageViews([first, second, third], 2);
    // (0.9 + 0.75 + 0.25) / 3 and (0.5 + 0.2 + 0.2) / 3. The mean of the logits would give 0.675 for the first.
    expect(probabilities[0]).toBeCloseTo(1.9 / 3, 6);
    expect(probabilities[1]).toBeCloseTo(1.1 / 3, 6);
    expect(probabilities[2]).toBeCloseTo(0.3, 6);
    expect(probabilities[3]).toBeCloseTo(0.7, 6);
    const again = softmaxRows(logits, 2);
    for (const [index, value] of probabilities.entries()) expect(again[index]).toBeCloseTo(value, 6);
    // The loss of the mean, not the mean of the losses.
    expect(caseCrossEntropy(logits.subarray(0, 2), 1)).toBeCloseTo(-Math.log(1.1 / 3), 6);
  });

  it('of one view is its softmax', () => {
    const view = Float32Array.of(2, -1, 0.5, 0, 0, 7);
    expect([...averageViews([view], 3).probabilities]).toEqual(
      [...softmaxRows(view, 3)].map((value) => expect.closeTo(value, 6)),
    );
  });

  it('keeps a loss finite if the probability underflows a float', () => {
    const { probabilities, logits } = averageViews([Float32Array.of(400, 0), Float32Array.of(300, 0)], 2);
    expect(probabilities[1]).toBe(0);
    expect(caseCrossEntropy(logits, 1)).toBeCloseTo(300 + Math.log(2), 3);
  });

  it('propagates NaN and infinite values', () => {
    expect(averageViews([Float32Array.of(1, 2), Float32Array.of(Number.NaN, 2)], 2).probabilities[1]).toBeNaN();
  });
});
