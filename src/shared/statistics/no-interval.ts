import type { Metric } from '../models/metric';

/**
 * Why a number stands without an interval, in words; null where it has one. The bootstrap gives none where all resamples
 * have the same value, as without a single error, or where too few have one (see `clusterBootstrap`).
 */
export function noIntervalReason({ value, low, high, n }: Metric): string | null {
  if (low !== null && high !== null) return null;
  if (n < 2) return 'no interval: a single case';
  if (value === 1) return 'no interval: no error to resample';
  if (value === 0) return 'no interval: nothing right to resample';
  return 'no interval: too few cases or patients';
}
