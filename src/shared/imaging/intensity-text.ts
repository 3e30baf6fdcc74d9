import { assertNever } from '../ipc/errors';
import { type Intensity, intensitySchema } from '../models/pipeline';

/**
 * Parses an intensity of a run's settings: `auto`, `full-range`, `window:centre:width` (such as `window:40:400`, in the
 * file's units after rescale) or `percentile:low:high` (such as `percentile:1:99`). Null for anything else.
 */
export function parseIntensity(text: string): Intensity | null {
  const [kind, ...parts] = text.split(':');
  const numbers = parts.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [first, second] = numbers;
  const expected = kind === 'window' || kind === 'percentile' ? 2 : 0;
  if (numbers.length !== expected) return null;
  const candidate =
    kind === 'window'
      ? { kind, center: first, width: second }
      : kind === 'percentile'
        ? { kind, low: first, high: second }
        : { kind };
  const parsed = intensitySchema.safeParse(candidate);
  if (!parsed.success) return null;
  // An empty range would turn every image black.
  return parsed.data.kind === 'percentile' && parsed.data.low === parsed.data.high ? null : parsed.data;
}

export function intensityText(intensity: Intensity): string {
  switch (intensity.kind) {
    case 'window':
      return `window:${intensity.center}:${intensity.width}`;
    case 'percentile':
      return `percentile:${intensity.low}:${intensity.high}`;
    default:
      return intensity.kind;
  }
}

/** For reports and model cards. */
export function intensityInWords(intensity: Intensity): string {
  switch (intensity.kind) {
    case 'auto':
      return "the file's own window, or its full range if there is none";
    case 'window':
      return `window centre ${intensity.center}, width ${intensity.width}`;
    case 'percentile':
      return `percentiles ${intensity.low} to ${intensity.high}`;
    case 'full-range':
      return 'full range';
    default:
      return assertNever(intensity);
  }
}
