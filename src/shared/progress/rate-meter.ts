const WINDOW_MILLISECONDS = 5_000;
/** Points nearer to each other in time are one. */
const POINT_MILLISECONDS = 50;
const SHORTEST_MILLISECONDS = 250;

/** What is done so far, in items; answers with items a second. A new phase starts afresh. */
export type RateMeter = (phase: string, done: number) => number | null;

/**
 * Items a second over the last five seconds of a phase; null before there is a quarter of a second to measure.
 *
 * @param now milliseconds of a clock that never goes back
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
    if (oldest === undefined || at - oldest.at < SHORTEST_MILLISECONDS) return null;
    return ((done - oldest.done) * 1000) / (at - oldest.at);
  };
}

/** Seconds until `total`; null where nothing moves or nothing is known. */
export const secondsLeft = (done: number, total: number | null, perSecond: number | null): number | null =>
  perSecond === null || perSecond <= 0 || total === null ? null : (total - done) / perSecond;
