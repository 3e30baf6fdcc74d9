/** The loss after a step at a learning rate. */
export interface RatePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** Exponential mean of the losses so far. */
  readonly smoothedLoss: number;
}

/** The range of a test, and its number of optimizer steps. */
export const rateTest = { lowest: 1e-7, highest: 1, steps: 100 } as const;

/** Learning rates from lowest to highest, spaced by a constant factor. */
export const testRates = ({ lowest, highest, steps }: { lowest: number; highest: number; steps: number }): number[] =>
  Array.from({ length: steps }, (_, step) => lowest * (highest / lowest) ** (step / Math.max(1, steps - 1)));

/** Decay of the exponential mean: it reaches back about ten steps. */
const DECAY = 0.9;
/** A test ends when the mean is this many times its minimum. */
const EXPLODED = 4;

/** Adds a loss to a test. */
export function addPoint(points: readonly RatePoint[], learningRate: number, loss: number): readonly RatePoint[] {
  // Bias correction, without which the mean would begin at 0: Kingma and Ba 2015, section 3.
  const count = points.length;
  const sum = count === 0 ? 0 : (points[count - 1] as RatePoint).smoothedLoss * (1 - DECAY ** count);
  const smoothedLoss = (DECAY * sum + (1 - DECAY) * loss) / (1 - DECAY ** (count + 1));
  return [...points, { learningRate, loss, smoothedLoss }];
}

/** Whether the loss has exploded, so that higher rates have nothing to add. */
export function hasExploded(points: readonly RatePoint[]): boolean {
  const last = points.at(-1);
  if (last === undefined) return false;
  const lowest = Math.min(...points.map(({ smoothedLoss }) => smoothedLoss));
  return !Number.isFinite(last.smoothedLoss) || last.smoothedLoss > EXPLODED * lowest;
}

/** A smaller fall, as a share of the first loss, is noise. */
const MIN_FALL = 0.02;
/** Share of the fall at which the loss has left its initial plateau. */
const PLATEAU_END = 0.1;

/**
 * The middle, on a logarithmic scale of the rate, of the valley: from where the smoothed loss has completed a tenth of
 * its fall, to its minimum. The single steepest place of Smith 2017, "Cyclical learning rates for training neural
 * networks", is often noise of one batch; the longest falling sequence, fastai's `valley`, includes the flat beginning.
 * Null if the loss never fell.
 */
export function suggestRate(points: readonly RatePoint[]): number | null {
  const losses = points.map(({ smoothedLoss }) => smoothedLoss);
  const [first] = losses;
  if (first === undefined) return null;
  const lowest = Math.min(...losses);
  if (!(lowest < first * (1 - MIN_FALL))) return null;
  const end = losses.indexOf(lowest);
  const start = losses.findIndex((loss) => loss <= first - PLATEAU_END * (first - lowest));
  return points[Math.round((start + end) / 2)]?.learningRate ?? null;
}
