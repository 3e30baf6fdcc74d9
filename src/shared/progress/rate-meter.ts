const WINDOW_MILLISECONDS = 5_000;
/** Points closer together in time are merged. */
const POINT_MILLISECONDS = 50;
const MIN_MILLISECONDS = 250;

/** Takes the number of items done so far and returns items per second. A new phase starts afresh. */
export type RateMeter = (phase: string, done: number) => number | null;

/**
 * Items per second over the last five seconds of a phase; null until a quarter of a second has passed.
 *
 * @param now milliseconds of a monotonic clock
 */
export function rateMeter(now: () => number): RateMeter {
  let current: string | null = null;
  let points: { at: number; done: number }[] = [];
  return (phase, done) => {
    const at = now();
    if (phase !== current) {
      current = phase;
      points = [];
    }
    const newest = points.at(-1);
    if (newest === undefined || at - newest.at > POINT_MILLISECONDS) points.push({ at, done });
    while (points.length > 2 && at - (points[1]?.at ?? at) > WINDOW_MILLISECONDS) points.shift();
    const oldest = points[0];
    if (oldest === undefined || at - oldest.at < MIN_MILLISECONDS) return null;
    return ((done - oldest.done) * 1000) / (at - oldest.at);
  };
}

/** Seconds until `total`; null if the rate or the total is unknown, or if nothing moves. */
export const secondsLeft = (done: number, total: number | null, perSecond: number | null): number | null =>
  perSecond === null || perSecond <= 0 || total === null ? null : (total - done) / perSecond;
