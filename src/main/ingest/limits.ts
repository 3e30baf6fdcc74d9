/** Bounds on what a file may make us allocate. Everything above is refused as `too_large` before memory is taken. */

/** Largest file that is read, bytes. */
export const MAX_FILE_BYTES = 2 ** 30;

/** Largest picture, pixels: four times the largest mammography detector. */
export const MAX_PIXELS = 100_000_000;

/** What a deflated data set may inflate to, bytes. */
export const MAX_INFLATED_BYTES = 256 * 2 ** 20;
