/** Every run of the tests draws the same cases; `FOVEA_PROPERTY_RUNS=20` draws twenty times as many. */
const factor = Number(process.env['FOVEA_PROPERTY_RUNS'] ?? 1);

/** Settings of fast-check for `count` cases. A failure prints the seed and the path that find its case again. */
export const runs = (count: number) => ({ seed: 3, numRuns: Math.ceil(count * factor) });

/** Time for them, in milliseconds. */
export const timeFor = (seconds: number): number => Math.max(60, seconds * factor) * 1000;
