/**
 * Model families, by the `model_type` in their `config.json`. `siglip` is the vision tower of SigLIP and of the SigLIP 2
 * models for one resolution.
 */
export const families = ['vit', 'deit', 'dinov2', 'dinov2_with_registers', 'siglip'] as const;
export type Family = (typeof families)[number];

export const isDinov2 = (family: Family): boolean => family === 'dinov2' || family === 'dinov2_with_registers';

/** Probabilities of setting values to 0 in training, with Hugging Face's names. */
export interface DropoutRates {
  /** `hidden_dropout_prob`: for hidden units. */
  readonly hidden: number;
  /** `attention_probs_dropout_prob`: for attention probabilities. */
  readonly attention: number;
  /** `drop_path_rate`: for whole residual branches of an image. */
  readonly path: number;
  /** Share of the patches that a training step leaves out (`patchDropout`), which no config.json has. Absent = 0. */
  readonly patches?: number;
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
  /**
   * Whether the file contains the attention pooling of SigLIP's pretraining. It is kept unchanged and not used. Absent
   * in other families.
   */
  readonly poolingHead?: boolean;
  readonly dropout: DropoutRates;
  readonly classes: readonly string[];
}
