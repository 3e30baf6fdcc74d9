import type { OptimizerKind } from '#shared/models/run-config';
import type { LoraSettings } from '#shared/training/lora';
import type { Trainable } from '#shared/training/stages';
import { peakActivationBytes } from '../ir/peak-memory';
import { sizeOf } from '../ir/shape';
import type { VitConfig } from '../vit/config';
import { parameterCount } from '../vit/parameters';
import { maskBytes, maskSites } from './masks';
import { vitModel } from './model';
import { buildGradientProgram } from './programs';

export interface MemoryOptions {
  readonly config: VitConfig;
  readonly microBatch: number;
  readonly trainable: Trainable;
  /** Of the adapters, where they are what is trainable. */
  readonly lora?: LoraSettings;
  readonly optimizer: OptimizerKind;
  /** Micro-batches a step; from two on a second set of gradients is kept. */
  readonly accumulation: number;
  /** True where a moving average of the trained parameters is kept. */
  readonly averaged: boolean;
}

const MIB = 2 ** 20;
/** Node.js and onnxruntime with a prepared session, before any tensor. */
const PROCESS_MIB = 110;

/** Numbers that are kept for each trained parameter beside it and its gradient: moments, an average. */
export const rememberedSets = (optimizer: OptimizerKind, averaged: boolean): number =>
  (optimizer === 'adamw' ? 2 : 1) + (averaged ? 1 : 0);

/**
 * Peak resident memory of a process that trains on the CPU, MiB: parameters, moments, averages and gradients as we keep
 * them, the pixels and dropout masks, and what the gradient program holds at one time, which is worked out from the
 * graph itself. What the caller keeps (images, the parameters as they were read) comes on top.
 */
export function estimateTrainingMemoryMB(options: MemoryOptions): number {
  const { config, microBatch, trainable, optimizer, accumulation, averaged } = options;
  const model = vitModel(config, trainable, 1, options.lora);
  const parameters = parameterCount(model.groups);
  const trained = parameterCount(model.trainable);
  const gradientSets = accumulation > 1 ? 2 : 1;
  const state = 4 * (parameters + trained * (rememberedSets(optimizer, averaged) + gradientSets));
  // The runtime computes gradients in memory of its own before they are copied to ours.
  const outputs = 4 * trained;
  const pixels = 4 * microBatch * sizeOf(model.inputShape);
  const activations = peakActivationBytes(buildGradientProgram(model, microBatch));
  const masks = maskBytes(maskSites(model, microBatch));
  return PROCESS_MIB + (state + outputs + pixels + masks + activations) / MIB;
}
