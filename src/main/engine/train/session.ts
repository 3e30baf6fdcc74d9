import type { TrainingPrecision } from '#shared/models/run-config';
import type { LoraSettings } from '#shared/training/lora';
import type { Trainable } from '#shared/training/stages';
import type { EngineDevice } from '../backends/backend';
import type { OptimizerSettings } from '../optim/optimizer';
import type { LossScale } from '../precision/loss-scale';
import type { NamedTensors } from '../tensor';
import type { VitConfig } from '../vit/config';

/** A micro-batch as prepared by the loader. */
export interface Batch {
  /** [count, 3, height, width], normalised. */
  readonly pixels: Float32Array;
  /** [count], class indices. */
  readonly labels: Int32Array;
  readonly count: number;
  /** For mixed images: the share of each image's own pixels, and the label of the image that makes up the rest. */
  readonly mixed?: { readonly share: number; readonly labels: Int32Array };
  /** For distillation, in place of labels: the teacher's features [count, 1 + patches, width], standardised. */
  readonly features?: Float32Array;
}

export interface TrainingOptions {
  readonly config: VitConfig;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Images per micro-batch; a shorter last batch is padded and masked internally. */
  readonly microBatch: number;
  /** Images per run at the start: a whole micro-batch, or a part of it that takes less memory. */
  readonly part?: number;
  /** Receives messages for the person about a step: for example that memory ran out and how the session adapted. */
  readonly note?: (message: string) => void;
  readonly trainable: Trainable;
  /** Settings of the adapters, if these are trained. */
  readonly lora?: LoraSettings;
  /** Ratio of each layer's learning rate to that of the layer above it; 1 = all equal. */
  readonly layerDecay: number;
  readonly optimizer: OptimizerSettings;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
  readonly labelSmoothing: number;
  /** One weight per class, or null. The loss is the weighted mean, as in PyTorch's CrossEntropyLoss. */
  readonly classWeights: readonly number[] | null;
  /** The run's seed and its stage. Together with step and micro-batch they determine the dropout masks. */
  readonly seeds: readonly number[];
  /**
   * Decay of an exponential moving average of the trained parameters, or null. With it, `logits` and
   * `averagedParameters` use the averaged model; training continues with the parameters themselves.
   */
  readonly emaDecay: number | null;
  /**
   * `fp16`: steps multiply matrices in half precision under a loss scale; parameters, accumulated gradients, the
   * optimizer and `logits` stay float32. float32 if absent.
   */
  readonly precision?: TrainingPrecision;
}

/** State of a session besides its parameters; with them, enough to continue bit for bit. */
export interface OptimizerState {
  /** Optimizer steps done. */
  readonly step: number;
  /** AdamW's first moments; SGD's velocities. */
  readonly firstMoments: NamedTensors;
  /** Empty for SGD. */
  readonly secondMoments: NamedTensors;
  /** Averages of the trained parameters; empty without `emaDecay`. */
  readonly averages: NamedTensors;
  /** Images per run, if memory allowed only a part of the micro-batch: it determines the order of additions. */
  readonly part?: number;
  /** For `fp16`. */
  readonly lossScale?: LossScale;
}

export interface StepResult {
  /** Mean over the micro-batches, as usual with gradient accumulation. */
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  /**
   * Whether the step was skipped because its half-precision gradients were not finite: only the loss scale has changed.
   */
  readonly skipped?: boolean;
  /** A message for the person about the step, as a sentence. */
  readonly note?: string;
}

/**
 * A model in training, on its device. Created by `createTrainingSession(options, parameters, optimizer?)`. Calls must
 * not overlap.
 */
export interface TrainingSession {
  /**
   * Takes one optimizer step: forward and backward for each micro-batch, clip, update at `learningRate` (that of the
   * head, if layers differ).
   */
  step(microBatches: readonly Batch[], learningRate: number): Promise<StepResult>;
  /** Returns logits [count, classes] with the present parameters, or the averages if they are kept. */
  logits(pixels: Float32Array, count: number): Promise<Float32Array>;
  /** Returns copies of all parameters, including frozen ones, under their names on disk. */
  parameters(): Promise<NamedTensors>;
  /** Returns the same with averages in place of the averaged parameters: the model behind `logits`. */
  averagedParameters(): Promise<NamedTensors>;
  optimizer(): Promise<OptimizerState>;
  dispose(): Promise<void>;
}

/**
 * The same for a linear head on cached features [count, features], which *quick* trains. `pixels` of a batch then holds
 * features.
 */
export type HeadSession = TrainingSession;
