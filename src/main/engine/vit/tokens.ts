import type { VitConfig } from './config';

/** Number of patches of one image. */
export function patchCount({ imageSize, patchSize }: VitConfig): number {
  return (imageSize / patchSize) ** 2;
}

/** Number of tokens before the patches: CLS, then DeiT's distillation token or DINOv2's registers. */
export function leadingTokens({ family, registerTokens }: VitConfig): number {
  return family === 'deit' ? 2 : 1 + registerTokens;
}

/** Number of leading tokens with a position embedding: registers have none. */
export function placedLeadingTokens({ family }: VitConfig): number {
  return family === 'deit' ? 2 : 1;
}

/** Number of tokens of one image: leading tokens, then patches row by row. */
export function tokenCount(config: VitConfig): number {
  return leadingTokens(config) + patchCount(config);
}

/** Whether the classifier reads CLS joined with the mean of the patches, as in DINOv2; otherwise it reads CLS alone. */
export function readsPatches({ family }: VitConfig): boolean {
  return family === 'dinov2' || family === 'dinov2_with_registers';
}

/** Width of the classifier's input. */
export function featureWidth(config: VitConfig): number {
  return readsPatches(config) ? 2 * config.hiddenSize : config.hiddenSize;
}
