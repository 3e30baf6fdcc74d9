/** How all of Fovea writes numbers: window, reports, command line. */
const ABSENT = '–';
const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12345 → "12,345". */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** "1 image", "12,345 images". */
export function formatQuantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** "once", "2 times". */
export const formatTimes = (count: number): string => (count === 1 ? 'once' : formatQuantity(count, 'time'));

/** A number with about three significant digits and no superfluous zeros. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return ABSENT;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return formatCount(value);
  if (size < 0.001) return value.toExponential(1);
  return Number(value.toPrecision(3)).toString();
}

/** Share 0..1 → "91.0 %". */
export function formatPercent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : ABSENT;
}

/** Three decimals, as for metrics everywhere; a dash if there is no number. */
export function formatFixed(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || !Number.isFinite(value) ? ABSENT : value.toFixed(digits);
}

/** Bytes in decimal units, as file managers show them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** Up to `digits` significant figures, short: 0.00002 → `2e-5`, 0.42135 → `0.421`. */
export function formatCompact(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
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
