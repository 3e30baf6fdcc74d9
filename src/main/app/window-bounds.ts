import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const boundsSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
  maximized: z.boolean(),
});
export type WindowBounds = z.infer<typeof boundsSchema>;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MINIMUM = { width: 960, height: 640 } as const;
export const DEFAULT_SIZE = { width: 1360, height: 880, minWidth: MINIMUM.width, minHeight: MINIMUM.height } as const;

/** Null where nothing was stored, or nothing that can be understood. */
export function loadBounds(file: string): WindowBounds | null {
  try {
    return boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Losing it costs nothing, so a failure is no one's business. */
export function storeBounds(file: string, bounds: WindowBounds): void {
  try {
    writeFileSync(file, JSON.stringify(bounds));
  } catch {
    // The next window opens at its default size.
  }
}

/**
 * Bounds that can be reached with the mouse on one of the screens there are now: a screen may have gone since. Null
 * where less than a quarter would be seen.
 */
export function fitBounds(bounds: WindowBounds, screens: readonly Area[]): WindowBounds | null {
  const seen = Math.max(0, ...screens.map((screen) => overlap(bounds, screen)));
  if (seen * 4 < bounds.width * bounds.height) return null;
  return {
    ...bounds,
    width: Math.max(bounds.width, MINIMUM.width),
    height: Math.max(bounds.height, MINIMUM.height),
  };
}

function overlap(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
