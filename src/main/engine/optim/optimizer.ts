import { createKernelGroup } from './adamw-kernel';
import { sgdInPlace } from './sgd';

/** Which update a run takes. */
export type OptimizerSettings = { readonly kind: 'adamw' } | { readonly kind: 'sgd'; readonly momentum: number };

/** One flat group in our own memory: its parameters, gradients and what the optimizer remembers. */
export interface OptimizerGroup {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** AdamW's first moments; SGD's velocities. */
  readonly firstMoments: Float32Array;
  /** Null for SGD, which has none. */
  readonly secondMoments: Float32Array | null;
  /** One step in place; elements [0, decaySize) take weight decay. `factor` scales the gradients. */
  update(factor: number, decaySize: number, rates: StepRates): void;
}

export interface StepRates {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** A group of `size` elements, all zero. */
export function createOptimizerGroup(size: number, optimizer: OptimizerSettings): OptimizerGroup {
  if (optimizer.kind === 'adamw') return createKernelGroup(size);
  const { momentum } = optimizer;
  const [parameters, gradients, velocities] = [0, 1, 2].map(() => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return {
    parameters,
    gradients,
    firstMoments: velocities,
    secondMoments: null,
    update: (factor, decaySize, { learningRate, weightDecay }) =>
      sgdInPlace({ parameters, velocities }, gradients, factor, decaySize, { learningRate, weightDecay, momentum }),
  };
}
