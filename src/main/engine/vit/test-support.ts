import type { NamedTensors } from '../tensor';
import { noDropout, type VitConfig } from './config';
import { parameterGroups } from './parameters';

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

/**
 * Parameters that a reference in Python reproduces: the i-th element of the k-th by name is 0.5 sin(0.7 i + 1.3 k), and 1
 * more where the name ends with norm1.weight.
 */
export function sineParameters(config: VitConfig): NamedTensors {
  const specs = parameterGroups(config).flatMap(({ parameters }) => parameters);
  return new Map(
    specs
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, shape, size }, order) => {
        const shift = name.endsWith('norm1.weight') ? 1 : 0;
        const data = Float32Array.from({ length: size }, (_, k) => 0.5 * Math.sin(0.7 * k + 1.3 * order) + shift);
        return [name, { shape, data }];
      }),
  );
}
