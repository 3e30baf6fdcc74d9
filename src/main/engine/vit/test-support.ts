import { noDropout, type VitConfig } from './config';

/** A ViT of a few thousand parameters, for tests. */
export const tinyConfig: VitConfig = {
  family: 'vit',
  imageSize: 16,
  patchSize: 8,
  channels: 3,
  hiddenSize: 12,
  layers: 2,
  heads: 3,
  intermediateSize: 24,
  layerNormEpsilon: 1e-12,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: noDropout,
  classes: ['a', 'b', 'c'],
};
