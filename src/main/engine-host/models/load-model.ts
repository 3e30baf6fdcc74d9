import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { NamedTensors } from '../../engine/tensor';
import { type TrainerFile, trainerFileSchema } from '../../engine/train/checkpoint';
import type { VitConfig } from '../../engine/vit/config';
import { openBackboneFolder, parameterSpecs } from './backbone-folder';
import { openCheckpoint } from './checkpoint-files';

/** Wait before reading a replaced model again; the renames take far less. */
const REPLACEMENT_MILLISECONDS = 50;
const TRAINER = 'trainer.json';

export interface LoadedModel {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Hash of the backbone if it was never trained: the key of its cached features; else null. */
  readonly frozenBackbone: string | null;
}

/**
 * Loads a trained model from its folder and verifies its hashes if it has any.
 *
 * @throws FoveaError `checkpoint_damaged`, `model_missing`, and the errors of `openBackboneFolder`
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  try {
    return await readModel(folder);
  } catch {
    // A training run may have replaced the model meanwhile; a real error occurs twice.
    await sleep(REPLACEMENT_MILLISECONDS);
    return readModel(folder);
  }
}

async function readModel(wanted: string): Promise<LoadedModel> {
  const folder = existingFolder(wanted);
  if (!existsSync(folder)) {
    throw new FoveaError('model_missing', 'The run has no model yet.', { hint: 'Train it for at least one epoch.' });
  }
  const checkpoint = existsSync(join(folder, TRAINER)) ? await openCheckpoint(folder) : null;
  const opened = await openBackboneFolder(folder);
  try {
    if (!opened.hasHead) {
      throw new FoveaError('model_missing', 'The folder contains a backbone without a classifier.', {
        hint: 'Choose the folder of a trained model.',
      });
    }
    return {
      config: opened.config,
      parameters: await opened.read(parameterSpecs(opened.config).map(({ name }) => name)),
      frozenBackbone: checkpoint === null ? null : frozenBackboneOf(checkpoint.trainer),
    };
  } finally {
    await opened.close();
  }
}

/** A power failure during a replacement leaves the checkpoint under another name. */
const existingFolder = (wanted: string): string => (existsSync(wanted) ? wanted : `${wanted}.previous`);

const frozenBackboneOf = ({ backbone, frozenBackbone }: TrainerFile): string | null =>
  frozenBackbone === true ? backbone : null;

/** Whether the record of a trained model, which is not verified here, says that its backbone was never trained. */
export async function hasFrozenBackbone(folder: string): Promise<boolean> {
  try {
    const text = await readFile(join(existingFolder(folder), TRAINER), 'utf8');
    return frozenBackboneOf(trainerFileSchema.parse(JSON.parse(text))) !== null;
  } catch {
    // `loadModel` reports what is wrong with the folder.
    return false;
  }
}

/** @throws FoveaError `image_size_mismatch` if the pipeline does not produce images of the model's size */
export function requirePipelineSize({ imageSize }: VitConfig, { height, width }: Pipeline): void {
  if (imageSize === height && imageSize === width) return;
  throw new FoveaError('image_size_mismatch', 'The model and the pipeline of the run do not match.', {
    hint: 'The run was changed on disk. Train it again.',
  });
}
