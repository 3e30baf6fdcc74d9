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

const MIN_SIZE = { width: 960, height: 640 } as const;
export const DEFAULT_SIZE = { width: 1360, height: 880, minWidth: MIN_SIZE.width, minHeight: MIN_SIZE.height } as const;

/** Returns null if the file is missing or invalid. */
export function loadBounds(file: string): WindowBounds | null {
  try {
    return boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Ignores failures: losing the bounds costs nothing. */
export function storeBounds(file: string, bounds: WindowBounds): void {
  try {
    writeFileSync(file, JSON.stringify(bounds));
  } catch {
    // The next window opens at its default size.
  }
}

/**
 * Returns bounds that the mouse can reach on one of the current screens, since a screen may have been unplugged. Null
 * if less than a quarter of the window would be visible.
 */
export function fitBounds(bounds: WindowBounds, screens: readonly Area[]): WindowBounds | null {
  const visibleArea = Math.max(0, ...screens.map((screen) => overlap(bounds, screen)));
  if (visibleArea * 4 < bounds.width * bounds.height) return null;
  return {
    ...bounds,
    width: Math.max(bounds.width, MIN_SIZE.width),
    height: Math.max(bounds.height, MIN_SIZE.height),
  };
}

function overlap(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}
