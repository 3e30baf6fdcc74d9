import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { atSize } from '#shared/imaging/preparation';
import type { Preparation } from '#shared/models/pipeline';
import type { VitConfig } from '../../engine/vit/config';
import { parseVitConfig } from '../../engine/vit/parse-config';
import { CONFIG } from './checkpoint-format';
import { type ImageProcessor, readImageProcessor } from './image-processor';
import { readJsonFile } from './read-json';

/** A checkpoint's own way from an image to the network's input. */
export interface NetworkInput {
  readonly preparation: Preparation;
  /** Differences from the checkpoint, as sentences. */
  readonly notes: readonly string[];
}

/**
 * What a checkpoint's image processor feeds its network. Without a processor that determines a size, the whole image at
 * the size of the position grid (`image_size` of config.json).
 */
export function inputOf({
  config,
  processor,
}: {
  readonly config: Pick<VitConfig, 'imageSize' | 'patchSize'>;
  readonly processor: ImageProcessor;
}): NetworkInput {
  const { geometry, rescaleFactor, mean, std } = processor;
  const { imageSize, patchSize } = config;
  const normalisation = { rescaleFactor, mean, std };
  if (geometry === null) {
    return {
      preparation: { height: imageSize, width: imageSize, resample: 'bilinear', ...normalisation },
      notes: [],
    };
  }
  const preparation = { ...geometry, ...normalisation };
  if (geometry.height % patchSize === 0) return { preparation, notes: [] };
  return {
    preparation: atSize(preparation, imageSize),
    notes: [
      `The checkpoint's images have ${geometry.height} pixels, which patches of ${patchSize} do not fill. Fovea gives them ${imageSize}.`,
    ],
  };
}

/**
 * Side in pixels of a checkpoint's own images, from its config and its image processor alone.
 *
 * @throws FoveaError `backbone_invalid`, `backbone-unsupported`, `not_a_file`, `file_too_large`
 */
export async function readInputSize(folder: string): Promise<number> {
  const config = parseVitConfig(await readJsonFile(join(folder, CONFIG), CONFIG));
  const processor = await readImageProcessor(folder, await readdir(folder), config.family);
  return inputOf({ config, processor }).preparation.height;
}
