/** Where a loss came to be when a step was taken at a learning rate. */
export interface RatePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** Exponential mean of the losses so far. */
  readonly smoothedLoss: number;
}

/** The range that a test goes through, in so many optimizer steps. */
export const rateTest = { lowest: 1e-7, highest: 1, steps: 100 } as const;

/** Learning rates from lowest to highest, each the same factor above the one before. */
export const testRates = ({ lowest, highest, steps }: { lowest: number; highest: number; steps: number }): number[] =>
  Array.from({ length: steps }, (_, step) => lowest * (highest / lowest) ** (step / Math.max(1, steps - 1)));

/** Share of the mean that a new loss leaves: the mean reaches back about ten steps. */
const KEEP = 0.9;
/** A test is over when the mean is this many times its minimum. */
const EXPLODED = 4;

/** Adds a loss to a test. */
export function addPoint(points: readonly RatePoint[], learningRate: number, loss: number): readonly RatePoint[] {
  // Without the correction the mean would begin at 0: Kingma and Ba 2015, section 3.
  const count = points.length;
  const sum = count === 0 ? 0 : (points[count - 1] as RatePoint).smoothedLoss * (1 - KEEP ** count);
  const smoothedLoss = (KEEP * sum + (1 - KEEP) * loss) / (1 - KEEP ** (count + 1));
  return [...points, { learningRate, loss, smoothedLoss }];
}

/** True where higher rates have nothing more to say: the loss has exploded. */
export function hasExploded(points: readonly RatePoint[]): boolean {
  const last = points.at(-1);
  if (last === undefined) return false;
  const lowest = Math.min(...points.map(({ smoothedLoss }) => smoothedLoss));
  return !Number.isFinite(last.smoothedLoss) || last.smoothedLoss > EXPLODED * lowest;
}

/** Steps whose mean loss is the beginning. */
const BEGINNING = 10;
/** A fall by less than this share of it is noise. */
const LEAST_FALL = 0.02;

/**
 * The middle, on the logarithm of the rate, of the valley: the longest run of steps, not all in a row, at which the
 * smoothed loss falls from each to the next. So fastai suggests it (`valley`); the single steepest place of Smith 2017,
 * "Cyclical learning rates for training neural networks", is often noise of one batch. Null where the loss never fell.
 */
export function suggestRate(points: readonly RatePoint[]): number | null {
  const losses = points.map(({ smoothedLoss }) => smoothedLoss);
  const beginning = points.slice(0, BEGINNING);
  const first = beginning.reduce((sum, { loss }) => sum + loss, 0) / beginning.length;
  if (!(Math.min(...losses) < first * (1 - LEAST_FALL))) return null;
  const { start, end } = longestFall(losses);
  return points[Math.round((start + end) / 2)]?.learningRate ?? null;
}

/** Where the longest strictly decreasing subsequence begins and ends; of several, the one that ends first. */
function longestFall(values: readonly number[]): { start: number; end: number } {
  const falls: { start: number; length: number }[] = [];
  for (const [end, value] of values.entries()) {
    let longest = { start: end, length: 1 };
    for (const [before, fall] of falls.entries()) {
      if ((values[before] as number) > value && fall.length >= longest.length) {
        longest = { start: fall.start, length: fall.length + 1 };
      }
    }
    falls.push(longest);
  }
  const length = Math.max(...falls.map((fall) => fall.length));
  const end = falls.findIndex((fall) => fall.length === length);
  return { start: falls[end]?.start ?? 0, end };
}
