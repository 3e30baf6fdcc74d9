import { createKernelGroup } from './adamw-kernel';
import { sgdInPlace } from './sgd';
import { averageInPlace } from './weight-average';

/** The optimizer of a run. */
export type OptimizerSettings = { readonly kind: 'adamw' } | { readonly kind: 'sgd'; readonly momentum: number };

/** One flat group in our own memory: its parameters, gradients and optimizer state. */
export interface OptimizerGroup {
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  /** AdamW's first moments; SGD's velocities. */
  readonly firstMoments: Float32Array;
  /** Null for SGD, which has none. */
  readonly secondMoments: Float32Array | null;
  /** Exponential moving average of the parameters; null unless requested. */
  readonly averages: Float32Array | null;
  /** Takes one step in place. Elements [0, decaySize) take weight decay; `factor` scales the gradients. */
  update(factor: number, decaySize: number, rates: StepRates): void;
  /** averages = decay averages + (1 - decay) parameters */
  average(decay: number): void;
}

export interface StepRates {
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Creates a group of `size` elements, all zero. */
export function createOptimizerGroup(size: number, optimizer: OptimizerSettings, averaged: boolean): OptimizerGroup {
  if (optimizer.kind === 'adamw') return createKernelGroup(size, averaged);
  const { momentum } = optimizer;
  const [parameters, gradients, velocities] = [0, 1, 2].map(() => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const averages = averaged ? new Float32Array(size) : null;
  return {
    parameters,
    gradients,
    firstMoments: velocities,
    secondMoments: null,
    averages,
    update: (factor, decaySize, { learningRate, weightDecay }) =>
      sgdInPlace({ parameters, velocities }, gradients, factor, decaySize, { learningRate, weightDecay, momentum }),
    average: (decay) => {
      if (averages !== null) averageInPlace(averages, parameters, decay);
    },
  };
}
