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

/** A fall by less than this share of the first loss is noise. */
const LEAST_FALL = 0.02;
/** Share of the fall at which the loss has left its beginning. */
const LEFT = 0.1;

/**
 * The middle, on the logarithm of the rate, of the valley: from where a tenth of the fall of the smoothed loss is done
 * to its minimum. The single steepest place of Smith 2017, "Cyclical learning rates for training neural
 * networks", is often noise of one batch; the longest falling sequence, fastai's `valley`, takes in the flat beginning.
 * Null where the loss never fell.
 */
export function suggestRate(points: readonly RatePoint[]): number | null {
  const losses = points.map(({ smoothedLoss }) => smoothedLoss);
  const [first] = losses;
  if (first === undefined) return null;
  const lowest = Math.min(...losses);
  if (!(lowest < first * (1 - LEAST_FALL))) return null;
  const end = losses.indexOf(lowest);
  const start = losses.findIndex((loss) => loss <= first - LEFT * (first - lowest));
  return points[Math.round((start + end) / 2)]?.learningRate ?? null;
}
