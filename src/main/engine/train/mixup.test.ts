import { describe, expect, it } from 'vitest';
import { drawMix, mixBatch } from './mixup';

describe('mixup', () => {
  it('depends on seed, epoch and micro-batch', () => {
    const first = drawMix(0.2, 1, 2, 3, 8);
    expect(drawMix(0.2, 1, 2, 3, 8)).toEqual(first);
    for (const other of [drawMix(0.2, 2, 2, 3, 8), drawMix(0.2, 1, 3, 3, 8), drawMix(0.2, 1, 2, 4, 8)]) {
      expect(other.share).not.toBe(first.share);
    }
    expect(first.partners.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  it('follows Beta(alpha, alpha): few mixes at a small alpha, halves at a large one', () => {
    const shares = (alpha: number) => Array.from({ length: 500 }, (_, batch) => drawMix(alpha, 1, 1, batch, 2).share);
    const near = (values: number[]) => values.filter((share) => Math.abs(share - 0.5) < 0.25).length / values.length;
    // Beta(0.2, 0.2) has 0.1719 of its mass within 0.25 of a half, Beta(20, 20) 0.9993 (scipy.stats.beta).
    expect(Math.abs(near(shares(0.2)) - 0.1719)).toBeLessThan(5 * Math.sqrt((0.17 * 0.83) / 500));
    expect(near(shares(20))).toBeGreaterThan(0.98);
  });
  it('mixes each image with its partner and keeps the labels of both', () => {
    const batch = { pixels: Float32Array.of(0, 1, 10, 20, 4, 8), labels: Int32Array.of(2, 0, 1), count: 3 };
    const { pixels, labels, mixed } = mixBatch(batch, { share: 0.75, partners: [1, 2, 0] });
    expect([...pixels]).toEqual([2.5, 5.75, 8.5, 17, 3, 6.25]);
    expect([...labels]).toEqual([2, 0, 1]);
    expect(mixed).toEqual({ share: 0.75, labels: Int32Array.of(0, 1, 2) });
  });
});
