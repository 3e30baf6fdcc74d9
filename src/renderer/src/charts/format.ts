import type { Metric } from '#shared/models/metric';
import { formatCount } from '../components/format';

const absent = '–';

/** Three decimals, the way metrics are shown everywhere; a dash where there is no number. */
export function formatFixed(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || !Number.isFinite(value) ? absent : value.toFixed(digits);
}

/** `[0.801, 0.921]`, or an empty text where no interval can be given. */
export function formatInterval(metric: Metric): string {
  return metric.low === null || metric.high === null ? '' : `[${formatFixed(metric.low)}, ${formatFixed(metric.high)}]`;
}

/** `0.873 [0.801, 0.921]`. */
export function formatMetric(metric: Metric | null): string {
  if (metric === null) return absent;
  return [formatFixed(metric.value), formatInterval(metric)].filter((part) => part !== '').join(' ');
}

/** Up to `digits` significant figures, short: 0.00002 → `2e-5`, 0.42135 → `0.421`. */
export function formatCompact(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return absent;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
    return `${Number(mantissa)}e${Number(exponent)}`;
  }
  return String(Number(value.toPrecision(digits)));
}

/** Mebibytes as `812 MiB` or `4.9 GiB`. */
export function formatMemory(mebibytes: number): string {
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

/** Model parameters: `303.3 M`, `1,203`. */
export function formatParameters(count: number): string {
  return count < 1e6 ? formatCount(count) : `${(count / 1e6).toFixed(1)} M`;
}
