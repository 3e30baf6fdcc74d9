import type { Metric } from '../models/metric';
import { formatFixed } from './number';

type Interval = Pick<Metric, 'low' | 'high'>;

/** `[0.801, 0.921]`, or an empty text without an interval. */
export function formatInterval({ low, high }: Interval, digits = 3): string {
  return low === null || high === null ? '' : `[${formatFixed(low, digits)}, ${formatFixed(high, digits)}]`;
}

/** `0.873 [0.801, 0.921]`. */
export function formatMetric(metric: (Interval & Pick<Metric, 'value'>) | null, digits = 3): string {
  if (metric === null) return '–';
  return [formatFixed(metric.value, digits), formatInterval(metric, digits)].filter((part) => part !== '').join(' ');
}

/** `75.3 – 87.3 %`, or an empty text without an interval. */
export function formatPercentInterval({ low, high }: Interval): string {
  return low === null || high === null ? '' : `${formatFixed(100 * low, 1)} – ${formatFixed(100 * high, 1)} %`;
}
