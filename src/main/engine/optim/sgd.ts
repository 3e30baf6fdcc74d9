import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';

/** Scalars of one update. */
export interface SgdRates {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly momentum: number;
}

/**
 * Applies stochastic gradient descent with momentum in place to one flat group, as `torch.optim.SGD` does (no
 * dampening, no Nesterov). `factor` scales the gradients; elements [0, decaySize) take weight decay.
 *
 *   g += decay p;  v = momentum v + g;  p -= rate v
 */
export function sgdInPlace(
  { parameters, velocities }: { readonly parameters: Float32Array; readonly velocities: Float32Array },
  gradients: Float32Array,
  factor: number,
  decaySize: number,
  { learningRate, weightDecay, momentum }: SgdRates,
): void {
  const update = (start: number, end: number, decay: number): void => {
    for (let i = start; i < end; i += 1) {
      const parameter = parameters[i] as number;
      const velocity = momentum * (velocities[i] as number) + ((gradients[i] as number) * factor + decay * parameter);
      velocities[i] = velocity;
      parameters[i] = parameter - learningRate * velocity;
    }
  };
  update(0, decaySize, weightDecay);
  update(decaySize, parameters.length, 0);
}

/** Builds the same update as graph nodes. `gradients` are already clipped. */
export function buildSgdUpdate(
  builder: GraphBuilder,
  { parameters, velocities }: { readonly parameters: Value; readonly velocities: Value },
  gradients: Value,
  decaySize: number,
  { rate, weightDecay, momentum }: { readonly rate: Value; readonly weightDecay: number; readonly momentum: number },
): { readonly parameters: Value; readonly velocities: Value } {
  const size = parameters.shape[0] as number;
  const range = (x: Value, start: number, end: number): Value[] =>
    start < end ? [builder.slice(x, 0, start, end)] : [];
  const decayed = range(parameters, 0, decaySize).map((values) =>
    builder.pad(builder.multiply(values, builder.scalar(weightDecay)), 0, 0, size - decaySize),
  );
  const decayedGradients = decayed.reduce((sum, values) => builder.add(sum, values), gradients);
  const next = builder.add(builder.multiply(velocities, builder.scalar(momentum)), decayedGradients);
  return { parameters: builder.subtract(parameters, builder.multiply(next, rate)), velocities: next };
}
