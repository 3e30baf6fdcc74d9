/** Model families, by the `model_type` in their `config.json`. */
export const families = ['vit', 'deit', 'dinov2', 'dinov2_with_registers'] as const;
export type Family = (typeof families)[number];

/** Probabilities of setting values to 0 in training, with Hugging Face's names. */
export interface DropoutRates {
  /** `hidden_dropout_prob`: for hidden units. */
  readonly hidden: number;
  /** `attention_probs_dropout_prob`: for attention probabilities. */
  readonly attention: number;
  /** `drop_path_rate`: for whole residual branches of an image. */
  readonly path: number;
}
export const noDropout: DropoutRates = { hidden: 0, attention: 0, path: 0 };

/** A model as described by its `config.json`, under our names and with defaults filled in. */
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
  /** Whether the file contains a mask token (from DINOv2's pretraining). It is kept unchanged and not used. */
  readonly maskToken: boolean;
  readonly dropout: DropoutRates;
  readonly classes: readonly string[];
}
