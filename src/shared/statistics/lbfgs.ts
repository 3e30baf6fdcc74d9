/** Returns the value of a smooth function at `x` and writes its gradient there to `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** The search ends when no component of the gradient is larger. */
  readonly tolerance: number;
  readonly maximumIterations: number;
  /** Number of pairs of steps and gradient changes that represent the curvature. */
  readonly memory?: number;
  /** Called after each iteration; may throw to end the search. */
  onIteration?(iteration: number, value: number): Promise<void>;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** The largest component of the gradient. */
  readonly gradient: number;
  readonly iterations: number;
  /** False if iterations ran out, or if rounding hides any lower point. */
  readonly converged: boolean;
}

/** Wolfe's conditions as usual for quasi-Newton methods (Nocedal and Wright 2006, section 3.1). */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_TRIALS = 40;
/** Values whose relative difference is smaller are equal up to rounding. */
const ROUNDING = 1e-14;

/**
 * Finds a minimum by L-BFGS (Nocedal and Wright 2006, algorithm 7.5) with a line search that satisfies the strong Wolfe
 * conditions (algorithms 3.5 and 3.6). Unconstrained, in double precision; the minimum of a convex function is global.
 */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, maximumIterations, memory = 10, onIteration }: MinimiseOptions,
): Promise<Minimum> {
  let point = evaluate(objective, start);
  let pairs: readonly Pair[] = [];
  for (let iteration = 0; ; iteration += 1) {
    const largest = point.gradient.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const found = { x: point.x, value: point.value, gradient: largest, iterations: iteration };
    if (largest <= tolerance) return { ...found, converged: true };
    if (iteration === maximumIterations) return { ...found, converged: false };

    const direction = twoLoops(point.gradient, pairs);
    // Without curvature the first trial step has length 1 at most.
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(point.gradient, point.gradient)));
    const next = searchLine(objective, point, direction, first);
    if (next === null) {
      if (pairs.length === 0) return { ...found, converged: false };
      // The remembered curvature may mislead: retry along steepest descent.
      pairs = [];
      continue;
    }
    pairs = remember(pairs, point, next, memory);
    point = next;
    await onIteration?.(iteration + 1, point.value);
  }
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A step s and the change y of the gradient along it. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly curvature: number;
}

function evaluate(objective: Objective, x: Float64Array): Point {
  const gradient = new Float64Array(x.length);
  return { x, value: objective(x, gradient), gradient };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** a + factor b */
function along(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  return a.map((value, i) => value + factor * (b[i] as number));
}

function remember(pairs: readonly Pair[], from: Point, to: Point, memory: number): readonly Pair[] {
  const s = along(to.x, -1, from.x);
  const y = along(to.gradient, -1, from.gradient);
  const curvature = dot(s, y);
  return curvature > 0 ? [...pairs, { s, y, curvature }].slice(-memory) : pairs;
}

/** - H gradient, with the inverse Hessian H that the pairs imply (algorithm 7.4). */
function twoLoops(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  let q = gradient;
  const shares: number[] = [];
  for (const { s, y, curvature } of pairs.toReversed()) {
    const share = dot(s, q) / curvature;
    shares.push(share);
    q = along(q, -share, y);
  }
  const newest = pairs.at(-1);
  const scale = newest === undefined ? 1 : newest.curvature / dot(newest.y, newest.y);
  let direction: Float64Array = q.map((value) => scale * value);
  for (const { s, y, curvature } of pairs) {
    const share = shares.pop() ?? 0;
    direction = along(direction, share - dot(y, direction) / curvature, s);
  }
  return direction.map((value) => -value);
}

/** A point on the line and the derivative along it. */
interface Trial {
  readonly step: number;
  readonly point: Point;
  readonly slope: number;
}

/** A point that satisfies the strong Wolfe conditions, or null if none is found. */
function searchLine(objective: Objective, from: Point, direction: Float64Array, first: number): Point | null {
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return null;
  const slack = ROUNDING * Math.abs(from.value);
  const trialAt = (step: number): Trial => {
    const point = evaluate(objective, along(from.x, step, direction));
    return { step, point, slope: dot(point.gradient, direction) };
  };
  const isHigh = ({ step, point }: Trial) => !(point.value <= from.value + DECREASE * step * slope + slack);
  const isFlat = (trial: Trial) => Math.abs(trial.slope) <= -CURVATURE * slope;

  let low: Trial = { step: 0, point: from, slope };
  let high: Trial | null = null;
  let step = first;
  for (let count = 0; count < MAX_TRIALS; count += 1) {
    const trial = trialAt(step);
    if (isHigh(trial) || trial.point.value > low.point.value + slack) high = trial;
    else if (isFlat(trial)) return trial.point;
    else {
      // The minimum lies behind `low` if the function rises from the trial, otherwise beyond it.
      const rises = high === null ? trial.slope >= 0 : trial.slope * (high.step - low.step) >= 0;
      if (rises) high = low;
      low = trial;
    }
    step = high === null ? 2 * step : between(low, high);
    if (!Number.isFinite(step) || step === low.step) return null;
  }
  return null;
}

/** The minimum of the cubic through both trials (equation 3.59), kept away from the ends; otherwise the middle. */
function between(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (b.point.value - a.point.value)) / width;
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  const share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  return a.step + width * (share > 0.1 && share < 0.9 ? share : 0.5);
}
