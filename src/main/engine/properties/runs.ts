/** Every test run draws the same cases; `FOVEA_PROPERTY_RUNS=20` draws twenty times as many. */
const factor = Number(process.env['FOVEA_PROPERTY_RUNS'] ?? 1);

/** Returns fast-check settings for `count` cases. A failure prints the seed and path that reproduce its case. */
export const runs = (count: number) => ({ seed: 3, numRuns: Math.ceil(count * factor) });

/** Returns the timeout for these cases, in milliseconds. */
export const timeFor = (seconds: number): number => Math.max(60, seconds * factor) * 1000;
