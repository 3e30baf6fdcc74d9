import type { VitConfig } from './config';

/** Patches of one image. */
export function patchCount({ imageSize, patchSize }: VitConfig): number {
  return (imageSize / patchSize) ** 2;
}

/** Tokens that stand before the patches and are none: CLS, then DeiT's distillation token or DINOv2's registers. */
export function leadingTokens({ family, registerTokens }: VitConfig): number {
  return family === 'deit' ? 2 : 1 + registerTokens;
}

/** Leading tokens that have a position embedding of their own: registers have none. */
export function placedLeadingTokens({ family }: VitConfig): number {
  return family === 'deit' ? 2 : 1;
}

/** Tokens of one image: leading ones, then patches row by row. */
export function tokenCount(config: VitConfig): number {
  return leadingTokens(config) + patchCount(config);
}

/** True where the classifier reads CLS joined with the mean of the patches, as DINOv2's does; else it reads CLS. */
export function readsPatches({ family }: VitConfig): boolean {
  return family === 'dinov2' || family === 'dinov2_with_registers';
}

/** Width of what the classifier reads. */
export function featureWidth(config: VitConfig): number {
  return readsPatches(config) ? 2 * config.hiddenSize : config.hiddenSize;
}
