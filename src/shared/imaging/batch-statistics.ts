import type { BatchStatistics } from '../models/batch-check';

/** Sums over the finite values of one channel. */
interface Sums {
  count: number;
  sum: number;
  squares: number;
  minimum: number;
  maximum: number;
}

/**
 * Statistics of [images, 3, plane] values. Standard deviations are those of a population, as PyTorch's
 * `std(correction=0)`.
 */
export function batchStatistics(pixels: Float32Array, images: number, plane: number): BatchStatistics {
  const channels = Array.from({ length: 3 }, (_, channel) => sumsOf(pixels, images, plane, channel));
  const count = channels.reduce((total, one) => total + one.count, 0);
  const sum = channels.reduce((total, one) => total + one.sum, 0);
  return {
    minimum: count === 0 ? null : Math.min(...channels.map(({ minimum }) => minimum)),
    maximum: count === 0 ? null : Math.max(...channels.map(({ maximum }) => maximum)),
    mean: count === 0 ? null : sum / count,
    notFinite: 3 * images * plane - count,
    channels: channels.map((one) => ({
      mean: one.count === 0 ? null : one.sum / one.count,
      standardDeviation:
        one.count === 0 ? null : Math.sqrt(Math.max(0, one.squares / one.count - (one.sum / one.count) ** 2)),
    })),
  };
}

function sumsOf(pixels: Float32Array, images: number, plane: number, channel: number): Sums {
  const sums: Sums = { count: 0, sum: 0, squares: 0, minimum: Infinity, maximum: -Infinity };
  for (let image = 0; image < images; image++) {
    const start = (3 * image + channel) * plane;
    for (let i = start; i < start + plane; i++) {
      const value = pixels[i] as number;
      if (!Number.isFinite(value)) continue;
      sums.count++;
      sums.sum += value;
      sums.squares += value * value;
      if (value < sums.minimum) sums.minimum = value;
      if (value > sums.maximum) sums.maximum = value;
    }
  }
  return sums;
}
