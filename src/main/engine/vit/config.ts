/** A `vit` model as its `config.json` describes it, in our names, defaults filled in. Further families join the union of `family`. */
export interface VitConfig {
  readonly family: 'vit';
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly layerNormEpsilon: number;
  readonly qkvBias: boolean;
  readonly classes: readonly string[];
}
