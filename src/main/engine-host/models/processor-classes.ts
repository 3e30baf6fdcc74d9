import { defaultNormalisation } from '#shared/imaging/pipeline';
import type { Pipeline, Resample } from '#shared/models/pipeline';

/** What a class of image processor assumes for fields that its file does not have. */
export interface ProcessorClass extends Pick<Pipeline, 'mean' | 'std'> {
  readonly resample: Resample;
  /** In the format of the file. */
  readonly size: Readonly<Record<string, number>>;
  /** Whether a size of one number is that of both sides, rather than of the shorter one. */
  readonly toSquare: boolean;
  readonly crops: boolean;
  readonly cropSize: number;
}

const clip: Pick<ProcessorClass, 'mean' | 'std'> = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
const half: Pick<ProcessorClass, 'mean' | 'std'> = { mean: defaultNormalisation.mean, std: defaultNormalisation.std };
const square = (side: number) => ({ height: side, width: side });
const shortest = (edge: number) => ({ shortest_edge: edge });

const vit: ProcessorClass = {
  ...half,
  resample: 'bilinear',
  size: square(224),
  toSquare: true,
  crops: false,
  cropSize: 224,
};
const bit: ProcessorClass = {
  ...clip,
  resample: 'bicubic',
  size: shortest(224),
  toSquare: false,
  crops: true,
  cropSize: 224,
};

/** Class attributes of transformers 5.24, by the name of the class without its ending. */
const classes: Readonly<Record<string, ProcessorClass>> = {
  ViT: vit,
  DeiT: { ...vit, resample: 'bicubic', size: square(256), crops: true },
  Beit: { ...vit, resample: 'bicubic' },
  Bit: bit,
  CLIP: bit,
  Siglip: { ...vit, resample: 'bicubic', toSquare: false },
  ConvNext: { ...vit, resample: 'bicubic', size: shortest(384), toSquare: false },
};

/** The class that transformers uses for a `model_type` if the file names none. */
const classOfModel: Readonly<Record<string, string>> = {
  vit: 'ViT',
  deit: 'DeiT',
  dinov2: 'Bit',
  dinov2_with_registers: 'Bit',
  siglip: 'Siglip',
  siglip_vision_model: 'Siglip',
};

/**
 * The name of the class without its ending, and its defaults; null for one that Fovea does not know.
 *
 * @param type `image_processor_type` or `feature_extractor_type`, or null if the file has neither
 */
export function processorClass(type: string | null, modelType: string) {
  const name =
    type === null
      ? (classOfModel[modelType] ?? 'ViT')
      : type.replace(/(?:Pil|Fast)$/, '').replace(/(?:ImageProcessor|FeatureExtractor)$/, '');
  return { name, defaults: Object.hasOwn(classes, name) ? (classes[name] ?? null) : null };
}

/** For classes of its own whose file has all values. */
export const usualClass: ProcessorClass = vit;
