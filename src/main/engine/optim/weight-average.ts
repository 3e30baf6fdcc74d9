import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';

/**
 * Returns the share of itself that an exponential moving average keeps at a step, counted from 1. It rises to `decay`
 * as in TensorFlow's `ExponentialMovingAverage(num_updates)`: otherwise a short run would be judged by the weights it
 * began with (0.999 keeps 38 % of them after 960 steps).
 */
export const averageDecayAt = (decay: number, step: number): number => Math.min(decay, (1 + step) / (10 + step));

/** Updates the average in place: average = decay average + (1 - decay) parameter, as timm's `ModelEmaV2`. */
export function averageInPlace(averages: Float32Array, parameters: Float32Array, decay: number): void {
  const take = 1 - decay;
  for (let i = 0; i < averages.length; i += 1) {
    averages[i] = decay * (averages[i] as number) + take * (parameters[i] as number);
  }
}

/** Builds the same average as graph nodes; `keep` and `take` are scalars [] whose sum is 1. */
export function buildAverage(
  builder: GraphBuilder,
  averages: Value,
  parameters: Value,
  keep: Value,
  take: Value,
): Value {
  return builder.add(builder.multiply(averages, keep), builder.multiply(parameters, take));
}
