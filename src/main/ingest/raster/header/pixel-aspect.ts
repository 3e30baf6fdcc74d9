/** Beyond this a density is a slip of the program that wrote it: no detector and no scan has such pixels. */
const LARGEST = 10;
/** Densities are whole numbers, and rounding makes 2834 of 2835: within this the pixels are square. */
const ROUNDING = 0.005;

/**
 * Height of a pixel in widths, from pixels a unit along each axis: where more pixels go into a unit of width, each is
 * narrower. 1 where a density is missing, unlikely or the same on both axes.
 */
export function pixelAspectOf(horizontalDensity: number, verticalDensity: number): number {
  if (horizontalDensity <= 0 || verticalDensity <= 0) return 1;
  const aspect = horizontalDensity / verticalDensity;
  if (aspect > LARGEST || aspect < 1 / LARGEST || Math.abs(aspect - 1) < ROUNDING) return 1;
  return aspect;
}

/** Pixels a unit along the vertical axis where only the shape is to be said: its ten-fold still has 16 bits. */
const VERTICAL_DENSITY = 6000;

/** Densities along each axis that give a shape to within a thousandth of it, and say nothing else. */
export function plainDensities(aspect: number): readonly [horizontal: number, vertical: number] {
  return [Math.round(aspect * VERTICAL_DENSITY), VERTICAL_DENSITY];
}
