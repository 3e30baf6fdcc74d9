/** Limits on memory allocated for a file. Anything larger is rejected as `too_large` before allocation. */

/** Largest file read, in bytes. */
export const MAX_FILE_BYTES = 2 ** 30;

/** Largest image in pixels: four times the largest mammography detector. */
export const MAX_PIXELS = 100_000_000;

/** Largest inflated size of a deflated data set, in bytes. */
export const MAX_INFLATED_BYTES = 256 * 2 ** 20;
