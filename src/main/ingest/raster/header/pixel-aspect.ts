/** A larger aspect is a mistake of the writing program: no detector and no scan has such pixels. */
const MAX_ASPECT = 10;
/** Densities are whole numbers, and rounding turns 2835 into 2834: pixels closer to square than this are square. */
const ROUNDING = 0.005;

/**
 * Pixel height divided by width, from the pixels per unit along each axis: more pixels per unit of width are narrower.
 * 1 if a density is missing, implausible or equal on both axes.
 */
export function pixelAspectOf(horizontalDensity: number, verticalDensity: number): number {
  if (horizontalDensity <= 0 || verticalDensity <= 0) return 1;
  const aspect = horizontalDensity / verticalDensity;
  if (aspect > MAX_ASPECT || aspect < 1 / MAX_ASPECT || Math.abs(aspect - 1) < ROUNDING) return 1;
  return aspect;
}

/** Vertical pixels per unit when only the aspect is to be encoded: ten times this still fits 16 bits. */
const VERTICAL_DENSITY = 6000;

/** Densities that encode an aspect to within a thousandth, and nothing else. */
export function plainDensities(aspect: number): readonly [horizontal: number, vertical: number] {
  return [Math.round(aspect * VERTICAL_DENSITY), VERTICAL_DENSITY];
}
