import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '../../engine/safetensors';
import type { Tensor } from '../../engine/tensor';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { toHfConfig } from '../../engine/vit/hf-config';
import { initialiseParameters } from '../../engine/vit/initialise';
import type { RequestContext } from '../core/request-context';
import { parameterSpecs } from './backbone-folder';

/** A model small enough to write often: 3 classes, 32 pixels. */
export const smallConfig: VitConfig = {
  ...(architectureByName('vit-micro', ['a', 'b', 'c']) as VitConfig),
  imageSize: 32,
  patchSize: 16,
  hiddenSize: 24,
  intermediateSize: 48,
  layers: 2,
};
export const smallParameters = () => new Map(initialiseParameters(parameterSpecs(smallConfig), 1));

/** Writes a checkpoint as save_pretrained does, and returns its folder. */
export function writeCheckpointFolder(
  folder: string,
  tensors: ReadonlyMap<string, Tensor> = smallParameters(),
  config: Readonly<Record<string, unknown>> = {},
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...toHfConfig(smallConfig), ...config }));
  const processor = {
    image_mean: [0.4, 0.5, 0.6],
    image_std: [0.2, 0.3, 0.4],
    image_processor_type: 'ViTImageProcessor',
    size: { height: smallConfig.imageSize, width: smallConfig.imageSize },
  };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  writeFileSync(join(folder, 'model.safetensors'), writeSafetensors(tensors, { format: 'pt' }));
  return folder;
}

/** A request context that ignores all reports. */
export const silentContext: RequestContext = {
  progress: () => {},
  runProgress: () => {},
  log: () => {},
  control: () => null,
  stall: () => {},
  consumeRetry: () => false,
  yieldToMessages: async () => {},
};
