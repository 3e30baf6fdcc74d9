/** Cells per side of the grid on which the border and the text of a picture are measured. */
export const MEASURE_GRID = 16;

/**
 * Measures taken once on a canonical raster, which allow searching for odd images, burned-in text and confounders
 * without opening the images again. Values refer to the grey picture, 0 to 255.
 */
export interface PictureMeasures {
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Shares of pixels below 8, and above 247. */
  readonly dark: number;
  readonly bright: number;
  /** Shannon entropy of the histogram, bits (0 to 8). */
  readonly entropy: number;
  /** Mean absolute difference of neighbours, horizontal and vertical: low for blurred and empty pictures. */
  readonly sharpness: number;
  /** Share of pixels whose channels differ by more than 8; 0 for grey rasters. */
  readonly colour: number;
  /**
   * Means of the outermost cells of a MEASURE_GRID x MEASURE_GRID grid, clockwise from the top left: 60 values, 0 to
   * 255.
   */
  readonly border: Uint8Array;
  /** How much each cell of the grid looks like burned-in text, row by row: 256 values, 0 to 255. */
  readonly text: Uint8Array;
}

/**
 * The outermost cells of the grid in the order of `border`: along the top, down the right, back along the bottom, up.
 */
export const borderCells: readonly { readonly row: number; readonly column: number }[] = Array.from(
  { length: 4 * (MEASURE_GRID - 1) },
  (_, index) => {
    const last = MEASURE_GRID - 1;
    const along = index % last;
    switch (Math.floor(index / last)) {
      case 0:
        return { row: 0, column: along };
      case 1:
        return { row: along, column: last };
      case 2:
        return { row: last, column: last - along };
      default:
        return { row: last - along, column: 0 };
    }
  },
);
export const BORDER_CELLS = borderCells.length;
