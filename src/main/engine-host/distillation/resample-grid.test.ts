import { describe, expect, it } from 'vitest';
import { resampleGrid } from './resample-grid';

const patches = Array.from({ length: 18 }, (_, k) => ((k * k) % 7) + 0.25 * k);
const row = Float32Array.from([100, 200, ...patches]);

describe('resampleGrid', () => {
  // torch.nn.functional.interpolate(x, size, mode='bilinear', align_corners=False) of [1, 2, 3, 3], PyTorch 2.15.
  it.each([
    [4, [1.5, 1.9375, 3.5625, 4.75, 5.25, 4, 6.1875, 5.6875]],
    [
      16,
      [
        0, 1.25, 2.8125, 2.1875, 3.9375, 3.6875, 3, 5.25, 1.5625, 1.5625, 2.8125, 3.671875, 3.703125, 4.9375, 3.9375,
        4.9375, 4.1875, 2.6875, 3.5625, 4.5625, 4.171875, 5.546875, 5.8125, 5.3125, 7, 4.25, 4.8125, 4.5625, 5.1875,
        5.3125, 8, 6.25,
      ],
    ],
  ])('agrees with PyTorch for %i patches from 9, and keeps CLS', (count, expected) => {
    const result = resampleGrid(row, 2, count);
    expect([...result.subarray(0, 2)]).toEqual([100, 200]);
    for (const [index, value] of expected.entries()) expect(result[2 + index]).toBeCloseTo(value, 5);
    expect(result).toHaveLength(2 + expected.length);
  });
  it('returns an equal grid as it is', () => {
    expect(resampleGrid(row, 2, 9)).toBe(row);
  });
});
