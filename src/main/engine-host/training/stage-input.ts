import { totalmem } from 'node:os';
import type { LoraSettings } from '#shared/training/lora';
import type { StagePlan } from '#shared/training/plan';
import { balancedClassWeights, samplingWeights } from '#shared/training/plan';
import type { EngineDevice } from '../../engine/backends/backend';
import type { NamedTensors } from '../../engine/tensor';
import type { BatchSource } from '../../engine/train/batch-source';
import type { OptimizerState, TrainingSession } from '../../engine/train/session';
import type { VitConfig } from '../../engine/vit/config';
import type { Mixing } from '../batches/batch-source';
import type { TrainSpec } from '../core/protocol';
import type { RequestContext } from '../core/request-context';
import { memoryOptions, partThatFits } from '../machine/memory';
import { retryOnDisk } from './wait-for-disk';

/** The model that a stage starts from. */
export interface Model {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Hash of the weights that the features come from. */
  readonly hash: string;
  readonly notes: readonly string[];
}

/** The parts that differ between stages: the session, its batches, and which parameters are saved. */
export interface StageSetup {
  readonly session: TrainingSession;
  readonly batches: BatchSource;
  /** One weight per training image, for the sampler that draws by class; null = each image once per epoch. */
  readonly samplingWeights: readonly number[] | null;
  /** Factor of the learning rate for the lowest trained layer. */
  readonly lowestRateFactor: number;
  /** Settings of the adapters among the parameters, or null. */
  readonly lora: LoraSettings | null;
  /** All parameters, frozen ones too. */
  parameters(): Promise<NamedTensors>;
  /** All parameters of the model that is validated and saved as the best: averages if any, adapters merged. */
  keptParameters(): Promise<NamedTensors>;
  close(): Promise<void>;
}

/** The part of a run's specification that stages need. */
export type StagedSpec = Pick<
  TrainSpec,
  'config' | 'classes' | 'pipeline' | 'cacheFolder' | 'train' | 'validation' | 'folds'
>;

export interface StageInput {
  readonly spec: StagedSpec;
  readonly stage: StagePlan;
  /** Index of the stage. */
  readonly index: number;
  readonly model: Model;
  /** Optimizer state of a stage that continues, or null. */
  readonly optimizer: OptimizerState | null;
  readonly context: RequestContext;
  /** Folder that exists while the project is reachable; null if the work may simply fail with the disk. */
  readonly home: string | null;
  onExtracting(done: number, total: number): void;
  /** Receives notes on the stage for people, as sentences. */
  note(message: string): void;
}

/** Balances the classes of the training images. Logistic regression does not sample, so it uses weights instead. */
export function balanceOf({ spec: { config, train, classes }, stage: { solver } }: StageInput) {
  const labels = train.map(({ label }) => label);
  const draws = config.classBalance === 'weighted-sampler' && solver === 'optimizer';
  return {
    samplingWeights: draws ? samplingWeights(labels, classes.length) : null,
    classWeights: config.classBalance === 'none' || draws ? null : balancedClassWeights(labels, classes.length),
  };
}

export function sessionOptions({ spec: { config, train }, index, note }: StageInput, device: EngineDevice) {
  return {
    device,
    threads: config.threads,
    microBatch: Math.min(config.batchSize, train.length),
    optimizer:
      config.optimizer === 'sgd' ? { kind: 'sgd' as const, momentum: config.momentum } : { kind: 'adamw' as const },
    weightDecay: config.weightDecay,
    maxGradientNorm: config.maxGradientNorm,
    labelSmoothing: config.labelSmoothing,
    emaDecay: config.emaDecay,
    precision: config.precision,
    seeds: [config.seed, index],
    note,
  };
}

/**
 * Size of the parts of a micro-batch. On the CPU, the fastest size that fits in memory, because the system kills a
 * process that runs out. A graphics card reports an error instead, and the session then reduces the parts by itself.
 */
export function startingPart(
  { spec: { config }, stage, model, note }: StageInput,
  device: EngineDevice,
  microBatch: number,
): number {
  if (device !== 'cpu') return microBatch;
  const options = memoryOptions(model.config, config, stage, { microBatch, device, views: 0 });
  const fastest = options.part;
  const part = partThatFits(options, totalmem() / 2 ** 20);
  if (part < fastest) {
    note(
      `Batches of ${microBatch} images are computed in micro-batches of ${part} to save memory. Steps are the same, up to rounding.`,
    );
  }
  return part;
}

export const mixingOf = ({ config: { mixup, seed } }: StagedSpec): Mixing =>
  mixup === 0 ? null : { alpha: mixup, seed };

export const retryOf =
  ({ home, context }: Pick<StageInput, 'home' | 'context'>) =>
  <Result>(work: () => Promise<Result>): Promise<Result> =>
    home === null ? work() : retryOnDisk(work, home, context);
