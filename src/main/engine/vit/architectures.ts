import { noDropout, type VitConfig } from './config';

type Size = Pick<VitConfig, 'imageSize' | 'patchSize' | 'hiddenSize' | 'layers' | 'heads'>;

/**
 * Dosovitskiy et al. 2021 (base, large), Touvron et al. 2021 (tiny, small); micro is our own, for samples and tests.
 */
const sizes = {
  'vit-micro': { imageSize: 96, patchSize: 12, hiddenSize: 96, layers: 6, heads: 3 },
  'vit-tiny-patch16-224': { imageSize: 224, patchSize: 16, hiddenSize: 192, layers: 12, heads: 3 },
  'vit-small-patch16-224': { imageSize: 224, patchSize: 16, hiddenSize: 384, layers: 12, heads: 6 },
  'vit-base-patch16-224': { imageSize: 224, patchSize: 16, hiddenSize: 768, layers: 12, heads: 12 },
  'vit-large-patch16-224': { imageSize: 224, patchSize: 16, hiddenSize: 1024, layers: 24, heads: 16 },
} satisfies Record<string, Size>;

/** Names of the models that can be trained from scratch, smallest first. */
export const architectureNames: readonly string[] = Object.keys(sizes);

/** Returns the configuration of an architecture with these classes, or null if the name is unknown. */
export function architectureByName(name: string, classes: readonly string[]): VitConfig | null {
  if (!Object.hasOwn(sizes, name)) return null;
  const size: Size = sizes[name as keyof typeof sizes];
  return {
    family: 'vit',
    ...size,
    channels: 3,
    intermediateSize: 4 * size.hiddenSize,
    layerNormEpsilon: 1e-12,
    qkvBias: true,
    registerTokens: 0,
    maskToken: false,
    dropout: noDropout,
    classes,
  };
}
