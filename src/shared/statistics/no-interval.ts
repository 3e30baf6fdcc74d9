import type { Metric } from '../models/metric';

/**
 * Why a number has no interval, for people; null if it has one. The bootstrap gives none if all resamples have the same
 * value, as without a single error, or if too few have one (see `clusterBootstrap`); precision counts the predictions
 * of its class, of which there may be none.
 */
export function noIntervalReason({ value, low, high, n }: Metric): string | null {
  if (low !== null && high !== null) return null;
  if (n === 0) return 'no interval: nothing to count';
  if (n === 1) return 'no interval: a single case';
  if (value === 1) return 'no interval: no errors to resample';
  if (value === 0) return 'no interval: no correct predictions to resample';
  return 'no interval: resamples identical or too few';
}
