/** Mean and standard deviation of each of the teacher's features, of CLS and of patches: [2, width] each. */
export interface FeatureStatistics {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Collects statistics over rows [1 + patches, width]. */
export class StatisticsSum {
  private readonly width: number;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly counts = [0, 0];

  constructor(width: number) {
    this.width = width;
    this.sums = new Float64Array(2 * width);
    this.squares = new Float64Array(2 * width);
  }

  add(features: Float32Array): void {
    const { width, sums, squares, counts } = this;
    for (let i = 0; i < features.length; i += 1) {
      const at = i < width ? i : width + (i % width);
      const value = features[i] as number;
      sums[at] = (sums[at] as number) + value;
      squares[at] = (squares[at] as number) + value * value;
    }
    counts[0] = (counts[0] as number) + 1;
    counts[1] = (counts[1] as number) + features.length / width - 1;
  }

  finish(): FeatureStatistics {
    const { width, sums, squares, counts } = this;
    const countOf = (at: number): number => counts[at < width ? 0 : 1] as number;
    const mean = Float32Array.from(sums, (sum, at) => sum / countOf(at));
    const deviation = Float32Array.from(squares, (square, at) => {
      const average = (sums[at] as number) / countOf(at);
      // A feature that never changes is only shifted.
      return Math.sqrt(Math.max(0, square / countOf(at) - average * average)) || 1;
    });
    return { mean, deviation };
  }
}

/** Writes the features of a row, standardised, to `out` at `offset`. */
export function standardise(
  features: Float32Array,
  { mean, deviation }: FeatureStatistics,
  out: Float32Array,
  offset: number,
): void {
  const width = mean.length / 2;
  for (let i = 0; i < features.length; i += 1) {
    const at = i < width ? i : width + (i % width);
    out[offset + i] = ((features[i] as number) - (mean[at] as number)) / (deviation[at] as number);
  }
}
