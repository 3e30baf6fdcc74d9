import type { VitConfig } from './config';

/** Patches along one side. Pixels that do not fill a patch are cut off at the right and bottom, as in transformers. */
export function gridSize({ imageSize, patchSize }: Pick<VitConfig, 'imageSize' | 'patchSize'>): number {
  return Math.floor(imageSize / patchSize);
}

/** Number of patches of one image. */
export function patchCount(config: VitConfig): number {
  return gridSize(config) ** 2;
}

/**
 * Number of tokens before the patches: CLS, then DeiT's distillation token or DINOv2's registers. SigLIP has patches
 * only.
 */
export function leadingTokens(config: VitConfig): number {
  return placedLeadingTokens(config) + config.registerTokens;
}

/** Number of leading tokens with a position embedding: registers have none. */
export function placedLeadingTokens({ family }: VitConfig): number {
  switch (family) {
    case 'siglip':
      return 0;
    case 'deit':
      return 2;
    default:
      return 1;
  }
}

/** Number of tokens of one image: leading tokens, then patches row by row. */
export function tokenCount(config: VitConfig): number {
  return leadingTokens(config) + patchCount(config);
}

/** Number of patches of one image in a training step, at least one: see `Dropout.patches`. */
export function trainedPatchCount(config: VitConfig): number {
  return Math.max(1, Math.round((1 - (config.dropout.patches ?? 0)) * patchCount(config)));
}

/** Number of tokens of one image in a training step. */
export function trainedTokenCount(config: VitConfig): number {
  return leadingTokens(config) + trainedPatchCount(config);
}

/** What the classifier reads: CLS, CLS joined with the mean of the patches, or that mean alone. */
export type Readout = 'cls' | 'cls-and-patches' | 'patches';

export function readoutOf({ family }: VitConfig): Readout {
  switch (family) {
    case 'vit':
    case 'deit':
      return 'cls';
    case 'dinov2':
    case 'dinov2_with_registers':
      return 'cls-and-patches';
    case 'siglip':
      return 'patches';
  }
}

/** Width of the classifier's input. */
export function featureWidth(config: VitConfig): number {
  return readoutOf(config) === 'cls-and-patches' ? 2 * config.hiddenSize : config.hiddenSize;
}

/**
 * Weight of each token's row in an explanation by attention, [tokens]: CLS alone, or in a model without CLS every patch
 * equally. They sum to 1.
 */
export function explainedTokens(config: VitConfig): Float32Array {
  const tokens = tokenCount(config);
  if (leadingTokens(config) === 0) return new Float32Array(tokens).fill(1 / tokens);
  return new Float32Array(tokens).fill(1, 0, 1);
}
