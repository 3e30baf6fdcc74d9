/**
 * Exponential moving average, corrected for its bias at the start (as in Adam; Kingma and Ba, 2015):
 * m = w·m + (1 - w)·y, divided by 1 - w^k after k values. Non-finite values are skipped and stay NaN.
 */
export function exponentialMovingAverage(y: ArrayLike<number>, weight: number): number[] {
  const smooth: number[] = new Array(y.length);
  let mean = 0;
  let power = 1;
  for (let index = 0; index < y.length; index++) {
    const value = y[index] as number;
    if (!Number.isFinite(value)) {
      smooth[index] = Number.NaN;
      continue;
    }
    mean = weight * mean + (1 - weight) * value;
    power *= weight;
    smooth[index] = mean / (1 - power);
  }
  return smooth;
}
