import type { OptimizerKind, RunConfig } from '#shared/models/run-config';
import { type LoraSettings, loraOf } from '#shared/training/lora';
import { fitsMachine } from '#shared/training/memory';
import { frontierViewsOf, type Stage, type Trainable } from '#shared/training/stages';
import type { EngineDevice } from '../../engine/backends/backend';
import { peakActivationBytes } from '../../engine/ir/peak-memory';
import { estimateTrainingMemoryMB, optimizerStateSets } from '../../engine/train/estimate-memory';
import { fastestPart } from '../../engine/train/fastest-part';
import { vitModel } from '../../engine/train/model';
import { buildLogitsProgram } from '../../engine/train/programs';
import { fittingPart } from '../../engine/train/shrinking-session';
import type { VitConfig } from '../../engine/vit/config';
import { parameterCount, parameterGroups } from '../../engine/vit/parameters';
import { featureWidth } from '../../engine/vit/tokens';
import { withDropout } from '../models/dropout';

export interface MemoryOptions {
  readonly config: VitConfig;
  readonly trainable: Trainable;
  /** Settings of the adapters, if they are trained. */
  readonly lora?: LoraSettings;
  readonly optimizer: OptimizerKind;
  readonly microBatch: number;
  readonly gradientAccumulation: number;
  /** Images of a micro-batch computed at once; if fewer than all, a second set of gradients is kept. */
  readonly part: number;
  /** Whether last blocks are trained on their cached inputs. */
  readonly frontier: boolean;
  /** Views whose features are in memory while a head trains alone. */
  readonly views: number;
  /** Whether a moving average of the trained parameters is kept. */
  readonly averaged: boolean;
}

/** Memory options for a stage of a run, with the part size that is fastest on the device. */
export function memoryOptions(
  config: VitConfig,
  run: RunConfig,
  stage: Pick<Stage, 'trainable' | 'epochs'>,
  { device, ...sizes }: Pick<MemoryOptions, 'microBatch' | 'views'> & { readonly device: EngineDevice },
): MemoryOptions {
  const dropping = withDropout(config, run);
  return {
    config: dropping,
    trainable: stage.trainable,
    frontier: frontierViewsOf(run, stage) > 0,
    lora: loraOf(run),
    optimizer: run.optimizer,
    gradientAccumulation: run.gradientAccumulation,
    part: fastestPart(dropping, sizes.microBatch, device),
    averaged: run.emaDecay !== null,
    ...sizes,
  };
}

const MIB = 2 ** 20;
/** Node and onnxruntime before any model is loaded, and the addition by the host and a loader thread. */
const PROCESS_MIB = 110;
const HOST_MIB = 50;
/** Micro-batches in memory: being prepared, in use, or not yet garbage collected. */
const BATCHES = 5;

/**
 * Estimates the peak resident memory of the engine process in a run, in MiB: the engine's estimate for the session, the
 * parameters as read, copies of parameters, moments and averages while a checkpoint is written, and the batches of the
 * loader. `npm run bench:memory` compares it with measured peaks.
 */
export function estimateMemoryMB(options: MemoryOptions): number {
  const { config, trainable, lora, optimizer, microBatch, gradientAccumulation, part, frontier, averaged } = options;
  const parameters = (4 * parameterCount(parameterGroups(config))) / MIB;
  const batches = batchesMB(config, microBatch);
  if (trainable !== 'head') {
    const session = estimateTrainingMemoryMB({
      config,
      trainable,
      ...(lora === undefined ? {} : { lora }),
      optimizer,
      microBatch: part,
      frontier,
      accumulation: part < microBatch ? Math.max(2, gradientAccumulation) : gradientAccumulation,
      averaged,
    });
    const trained = (4 * parameterCount(vitModel(config, trainable, 1, lora).trainable)) / MIB;
    const training = session + HOST_MIB + 2 * parameters + optimizerStateSets(optimizer, averaged) * trained + batches;
    return frontier ? Math.max(training, extractionMB(options)) : training;
  }
  return extractionMB(options);
}

/** Peak while a frozen backbone, or the part of one, computes each view once; of a head also while it is trained. */
function extractionMB({ config, trainable, microBatch, views }: MemoryOptions): number {
  const parameters = (4 * parameterCount(parameterGroups(config))) / MIB;
  const batches = batchesMB(config, microBatch);
  // Twice the parameters: as read, and in the classifier that extracts the features.
  const forward = peakActivationBytes(buildLogitsProgram(vitModel(config, trainable), microBatch, 'separate'));
  const features = 4 * views * featureWidth(config);
  return PROCESS_MIB + HOST_MIB + 2 * parameters + batches + (forward + features) / MIB;
}

const batchesMB = ({ imageSize }: VitConfig, microBatch: number): number =>
  (BATCHES * microBatch * 3 * imageSize ** 2 * 4) / MIB;

/** Largest part of a micro-batch, at most `options.part`, with which the run should fit in memory. */
export function partThatFits(options: MemoryOptions, machineMemoryMB: number): number {
  return fittingPart(options.part, (part) => fitsMachine(estimateMemoryMB({ ...options, part }), machineMemoryMB));
}
