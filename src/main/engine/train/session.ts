import type { TrainingPrecision } from '#shared/models/run-config';
import type { LoraSettings } from '#shared/training/lora';
import type { Trainable } from '#shared/training/stages';
import type { EngineDevice } from '../backends/backend';
import type { OptimizerSettings } from '../optim/optimizer';
import type { LossScale } from '../precision/loss-scale';
import type { NamedTensors } from '../tensor';
import type { VitConfig } from '../vit/config';

/** A micro-batch as the loader makes it. */
export interface Batch {
  /** [count, 3, height, width], normalised. */
  readonly pixels: Float32Array;
  /** [count], class indices. */
  readonly labels: Int32Array;
  readonly count: number;
  /** Where images were mixed: the share of their own in each, and the label of the image that makes up the rest. */
  readonly mixed?: { readonly share: number; readonly labels: Int32Array };
}

export interface TrainingOptions {
  readonly config: VitConfig;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Images of a micro-batch; a shorter last batch is padded and masked inside. */
  readonly microBatch: number;
  /** Images that one run computes to begin with: a whole micro-batch, or a part of it that takes less memory. */
  readonly part?: number;
  /** Is told what a person should know of a step, a sentence: that memory ran out and what was done. */
  readonly note?: (message: string) => void;
  readonly trainable: Trainable;
  /** Of the adapters, where they are what is trainable. */
  readonly lora?: LoraSettings;
  /** Each layer below the head learns at this share of the rate of the one above it; 1 = all alike. */
  readonly layerDecay: number;
  readonly optimizer: OptimizerSettings;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
  readonly labelSmoothing: number;
  /** One weight a class, or null. The loss is the weighted mean, as in PyTorch's CrossEntropyLoss. */
  readonly classWeights: readonly number[] | null;
  /** With step and micro-batch they decide the dropout masks: the run's seed and its stage. */
  readonly seeds: readonly number[];
  /**
   * Decay of an exponential moving average of the trained parameters, or null. `logits` and `averagedParameters` then
   * give the averaged model; training goes on with the parameters themselves.
   */
  readonly emaDecay: number | null;
  /**
   * `fp16`: steps multiply matrices in half precision, under a loss scale; parameters, their gradients' sums, the
   * optimizer and `logits` stay float32. float32 where absent.
   */
  readonly precision?: TrainingPrecision;
}

/** What a session remembers besides its parameters: enough, with them, to go on bit-identically. */
export interface OptimizerState {
  /** Optimizer steps done. */
  readonly step: number;
  /** AdamW's first moments; SGD's velocities. */
  readonly firstMoments: NamedTensors;
  /** Empty for SGD. */
  readonly secondMoments: NamedTensors;
  /** Averages of the trained parameters; empty without `emaDecay`. */
  readonly averages: NamedTensors;
  /** Images that one run computes, where memory allowed only a part of the micro-batch: the order of additions. */
  readonly part?: number;
  /** Of `fp16`. */
  readonly lossScale?: LossScale;
}

export interface StepResult {
  /** Mean over the micro-batches, as a gradient-accumulating trainer reports it. */
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  /** True where gradients in half precision were not finite: nothing has changed but the loss scale. */
  readonly skipped?: boolean;
  /** What a person should know of the step, as a sentence. */
  readonly note?: string;
}

/**
 * The state of a model in training, on its device. Created by `createTrainingSession(options, parameters, optimizer?)`.
 * One call at a time.
 */
export interface TrainingSession {
  /** One optimizer step: forward and backward for each micro-batch, clip, update at `learningRate` (of the head, where layers differ). */
  step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult>;
  /** Logits [count, classes] with the present parameters, averaged ones where there are any. */
  logits(pixels: Float32Array, count: number): Promise<Float32Array>;
  /** Copies of all parameters, frozen ones too, under their names on disk. */
  parameters(): Promise<NamedTensors>;
  /** The same with averages in place of what is averaged: the model that `logits` shows. */
  averagedParameters(): Promise<NamedTensors>;
  optimizer(): Promise<OptimizerState>;
  dispose(): Promise<void>;
}

/**
 * The same for a linear head on cached features [count, features]: what *quick* trains. `pixels` of a batch then holds
 * features.
 */
export type HeadSession = TrainingSession;
