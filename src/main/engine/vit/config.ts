/** Model families, by the `model_type` of their `config.json`. */
export const families = ['vit', 'deit', 'dinov2', 'dinov2_with_registers'] as const;
export type Family = (typeof families)[number];

/** Probabilities with which values are set to 0 in training, by Hugging Face's names. */
export interface DropoutRates {
  /** `hidden_dropout_prob`: of hidden units. */
  readonly hidden: number;
  /** `attention_probs_dropout_prob`: of attention probabilities. */
  readonly attention: number;
  /** `drop_path_rate`: of whole residual branches of an image. */
  readonly path: number;
}
export const noDropout: DropoutRates = { hidden: 0, attention: 0, path: 0 };

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
  readonly dropout: DropoutRates;
  readonly classes: readonly string[];
}
