import { expect, it } from 'vitest';
import { batchStatistics } from './batch-statistics';

// NumPy: x = arange(24, dtype=float32).reshape(2, 3, 4); x = x * x / 7 - 3; x[0, 1, 2] = nan; x[1, 2, 3] = inf;
// nanmin, nanmax, nanmean and nanstd of the finite values.
it('are those of the finite values of each channel', () => {
  const pixels = Float32Array.from({ length: 24 }, (_, i) => Math.fround((i * i) / 7) - 3);
  pixels[6] = Number.NaN;
  pixels[23] = Infinity;
  const { minimum, maximum, mean, notFinite, channels } = batchStatistics(pixels, 2, 4);
  expect([minimum, notFinite]).toEqual([-3, 2]);
  expect(maximum).toBeCloseTo(66.14286, 4);
  expect(mean).toBeCloseTo(21.40909, 4);
  const expected = [
    [10.35714, 13.21892],
    [23.93878, 20.11061],
    [31.5102, 25.06771],
  ];
  for (const [channel, [channelMean = 0, deviation = 0]] of expected.entries()) {
    expect(channels[channel]?.mean).toBeCloseTo(channelMean, 4);
    expect(channels[channel]?.standardDeviation).toBeCloseTo(deviation, 4);
  }
});

it('are unknown without a finite value', () => {
  const nothing = { mean: null, standardDeviation: null };
  expect(batchStatistics(new Float32Array(6).fill(Number.NaN), 1, 2)).toEqual({
    minimum: null,
    maximum: null,
    mean: null,
    notFinite: 6,
    channels: [nothing, nothing, nothing],
  });
});
