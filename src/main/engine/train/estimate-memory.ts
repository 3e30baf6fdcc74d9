import type { OptimizerKind } from '#shared/models/run-config';
import type { LoraSettings } from '#shared/training/lora';
import type { Trainable } from '#shared/training/stages';
import { peakActivationBytes } from '../ir/peak-memory';
import { sizeOf } from '../ir/shape';
import type { VitConfig } from '../vit/config';
import { parameterCount } from '../vit/parameters';
import { dropoutBytes, dropoutSites } from './masks';
import { frontierModel, vitModel } from './model';
import { buildGradientProgram } from './programs';

export interface MemoryOptions {
  readonly config: VitConfig;
  readonly microBatch: number;
  readonly trainable: Trainable;
  /** Settings of the adapters, if these are trained. */
  readonly lora?: LoraSettings;
  readonly optimizer: OptimizerKind;
  /** Micro-batches per step; from two on, a second set of gradients is kept. */
  readonly accumulation: number;
  /** Whether last blocks are trained on their cached inputs. */
  readonly frontier?: boolean;
  /** Whether a moving average of the trained parameters is kept. */
  readonly averaged: boolean;
}

const MIB = 2 ** 20;
/** Node.js and onnxruntime with an initialised session, before any tensor. */
const PROCESS_MIB = 110;

/** Values kept per trained parameter besides the parameter and its gradient: moments, an average. */
export const optimizerStateSets = (optimizer: OptimizerKind, averaged: boolean): number =>
  (optimizer === 'adamw' ? 2 : 1) + (averaged ? 1 : 0);

/**
 * Estimates the peak resident memory, in MiB, of a process that trains on the CPU: parameters, moments, averages and
 * gradients in our memory, pixels and dropout masks, and the peak of the gradient program, which is derived from the
 * graph itself. Memory held by the caller (images, the parameters as read) is not included.
 */
export function estimateTrainingMemoryMB(options: MemoryOptions): number {
  const { config, microBatch, trainable, optimizer, accumulation, averaged } = options;
  const model = options.frontier ? frontierModel(config, trainable, 1) : vitModel(config, trainable, 1, options.lora);
  const parameters = parameterCount(model.groups);
  const trained = parameterCount(model.trainable);
  const gradientSets = accumulation > 1 ? 2 : 1;
  const state = 4 * (parameters + trained * (optimizerStateSets(optimizer, averaged) + gradientSets));
  // The runtime computes gradients in its own memory before they are copied to ours.
  const outputs = 4 * trained;
  const pixels = 4 * microBatch * sizeOf(model.inputShape);
  const activations = peakActivationBytes(buildGradientProgram(model, microBatch));
  const masks = dropoutBytes(dropoutSites(model, microBatch));
  return PROCESS_MIB + (state + outputs + pixels + masks + activations) / MIB;
}
