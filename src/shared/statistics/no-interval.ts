import type { Metric } from '../models/metric';

/**
 * Why a number stands without an interval, in words; null where it has one. The bootstrap gives none where all resamples
 * have the same value, as without a single error, or where too few have one (see `clusterBootstrap`); a precision counts
 * the answers of its class, of which there may be none.
 */
export function noIntervalReason({ value, low, high, n }: Metric): string | null {
  if (low !== null && high !== null) return null;
  if (n === 0) return 'no interval: nothing to count';
  if (n === 1) return 'no interval: a single case';
  if (value === 1) return 'no interval: no errors to resample';
  if (value === 0) return 'no interval: no correct predictions to resample';
  return 'no interval: resamples identical or too few';
}
