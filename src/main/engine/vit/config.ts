/** Model families, by the `model_type` of their `config.json`. */
export const families = ['vit', 'deit', 'dinov2', 'dinov2_with_registers'] as const;
export type Family = (typeof families)[number];

/** A model as its `config.json` describes it, in our names, defaults filled in. */
export interface VitConfig {
  readonly family: Family;
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly layerNormEpsilon: number;
  readonly qkvBias: boolean;
  /** Register tokens between CLS and the patches; only `dinov2_with_registers` has any. */
  readonly registerTokens: number;
  /** A mask token stands in the file (DINOv2's pretraining used it). It is kept as it is and takes no part. */
  readonly maskToken: boolean;
  readonly classes: readonly string[];
}
