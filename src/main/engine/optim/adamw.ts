import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';

/** AdamW (Loshchilov and Hutter 2019) with the defaults of PyTorch and Hugging Face's Trainer. */
export const adamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** PyTorch's clip_grad_norm_ adds this to the norm. */
const CLIP_EPSILON = 1e-6;

/** Scalars of one update. */
export interface UpdateRates {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Returns the factor, at most 1, that reduces a gradient of this global norm to `maximum`. */
export function clipFactor(norm: number, maximum: number): number {
  return Math.min(1, maximum / (norm + CLIP_EPSILON));
}

export interface FlatState {
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
}

/**
 * Applies AdamW in place to one flat group. Elements [0, decaySize) take weight decay.
 *
 *   p -= rate decay p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
 *   p -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + epsilon)
 */
export function updateInPlace(
  { parameters, firstMoments, secondMoments }: FlatState,
  gradients: Float32Array,
  factor: number,
  decaySize: number,
  { step, learningRate, weightDecay }: UpdateRates,
): void {
  const { beta1, beta2, epsilon } = adamW;
  const rate = learningRate / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  const update = (start: number, end: number, keep: number): void => {
    for (let i = start; i < end; i += 1) {
      const gradient = (gradients[i] as number) * factor;
      const first = beta1 * (firstMoments[i] as number) + (1 - beta1) * gradient;
      const second = beta2 * (secondMoments[i] as number) + (1 - beta2) * gradient * gradient;
      firstMoments[i] = first;
      secondMoments[i] = second;
      parameters[i] = (parameters[i] as number) * keep - (rate * first) / (Math.sqrt(second) * correction + epsilon);
    }
  };
  update(0, decaySize, 1 - learningRate * weightDecay);
  update(decaySize, parameters.length, 1);
}

/**
 * Returns the sum of squares in double precision. Four independent sums keep additions from waiting for one another.
 */
export function sumOfSquares(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const [w, x, y, z] = [values[i], values[i + 1], values[i + 2], values[i + 3]] as [number, number, number, number];
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = whole; i < values.length; i += 1) a += (values[i] as number) ** 2;
  return a + b + (c + d);
}

/** Scalars [] that the update program takes on each step, computed by `ratesFor`. */
export interface RateValues {
  readonly rate: Value;
  readonly correction: Value;
  readonly keep: Value;
}

export function ratesFor({ step, learningRate, weightDecay }: UpdateRates): { [K in keyof RateValues]: number } {
  return {
    rate: learningRate / (1 - adamW.beta1 ** step),
    correction: 1 / Math.sqrt(1 - adamW.beta2 ** step),
    keep: 1 - learningRate * weightDecay,
  };
}

export interface FlatValues {
  readonly parameters: Value;
  readonly firstMoments: Value;
  readonly secondMoments: Value;
}

/** Builds the same update as graph nodes, for devices that keep the state. `gradients` are already clipped. */
export function buildUpdate(
  builder: GraphBuilder,
  { parameters, firstMoments, secondMoments }: FlatValues,
  gradients: Value,
  decaySize: number,
  { rate, correction, keep }: RateValues,
): FlatValues {
  const { beta1, beta2, epsilon } = adamW;
  const times = (value: Value, factor: number): Value => builder.multiply(value, builder.scalar(factor));
  const first = builder.add(times(firstMoments, beta1), times(gradients, 1 - beta1));
  const second = builder.add(times(secondMoments, beta2), times(builder.multiply(gradients, gradients), 1 - beta2));
  const deviation = builder.multiply(builder.sqrt(second), correction);
  const change = builder.divide(builder.multiply(first, rate), builder.add(deviation, builder.scalar(epsilon)));
  const size = parameters.shape[0] as number;
  const decayed = decaySize > 0 ? [builder.multiply(builder.slice(parameters, 0, 0, decaySize), keep)] : [];
  const rest = decaySize < size ? [builder.slice(parameters, 0, decaySize, size)] : [];
  return {
    parameters: builder.subtract(builder.concat([...decayed, ...rest], 0), change),
    firstMoments: first,
    secondMoments: second,
  };
}

/**
 * Builds the global norm over all groups and the factor that clips it to `maximum`, both scalars.
 *
 * @param unscale factor that undoes the loss scale of the gradients, folded into the clipping factor; null if they are
 *   unscaled
 */
export function buildClip(
  builder: GraphBuilder,
  gradients: readonly Value[],
  maximum: number,
  unscale: Value | null = null,
) {
  const unscaled = (value: Value): Value => (unscale ? builder.multiply(value, unscale) : value);
  const squares = gradients.map((gradient) => builder.reduceSum(builder.multiply(gradient, gradient), [0]));
  const norm = unscaled(builder.sqrt(squares.reduce((sum, square) => builder.add(sum, square))));
  const factor = builder.minimum(
    builder.scalar(1),
    builder.divide(builder.scalar(maximum), builder.add(norm, builder.scalar(CLIP_EPSILON))),
  );
  return { norm, factor: unscaled(factor) };
}
