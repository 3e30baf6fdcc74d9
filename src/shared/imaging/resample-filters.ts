import type { Resample } from '../models/pipeline';

/** A resampling filter: its weight at a distance in output pixels, zero beyond `support`. */
export interface ResampleFilter {
  readonly support: number;
  weight(distance: number): number;
  /** Whether weights are negative somewhere, so that results can leave the range of the input. */
  readonly overshoots: boolean;
}

/** Keys' cubic (1981) with a = -0.5, as in Pillow. */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

function hamming(distance: number): number {
  const x = Math.abs(distance);
  if (x === 0) return 1;
  return x >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI));
}

/** The filters of Pillow's `Resample.c`, which widen when shrinking. `nearest` is not one of them: it takes one pixel. */
export const resampleFilters: Readonly<Record<Exclude<Resample, 'nearest'>, ResampleFilter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0), overshoots: false },
  bilinear: { support: 1, weight: (x) => (x < 0 ? Math.max(0, 1 + x) : Math.max(0, 1 - x)), overshoots: false },
  hamming: { support: 1, weight: hamming, overshoots: false },
  bicubic: { support: 2, weight: cubic, overshoots: true },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0), overshoots: true },
};
