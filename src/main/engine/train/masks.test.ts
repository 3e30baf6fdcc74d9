import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { sizeOf } from '../ir/shape';
import { unravel } from '../selftest/reference-array';
import type { Tensor } from '../tensor';
import { noDropout, type VitConfig } from '../vit/config';
import { dropPathRates } from '../vit/dropout';
import { sineParameters } from '../vit/test-support';
import { crossEntropyTargets } from './cross-entropy';
import { createMaskDraw, dropoutBytes, dropoutSites, type MaskSite } from './masks';
import { headModel, vitModel } from './model';
import { gradientName, inputNames } from './program-names';
import { buildGradientProgram, buildLogitsProgram } from './programs';

const config: VitConfig = {
  family: 'vit',
  imageSize: 8,
  patchSize: 4,
  channels: 3,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  intermediateSize: 16,
  layerNormEpsilon: 1e-6,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: { hidden: 0.2, attention: 0.2, path: 0 },
  classes: ['a', 'b', 'c'],
};
const dino: VitConfig = {
  ...config,
  family: 'dinov2',
  maskToken: true,
  dropout: { hidden: 0.2, attention: 0.2, path: 0.4 },
};
/** transformers' SigLIP drops attention probabilities only. */
const siglip: VitConfig = {
  ...config,
  family: 'siglip',
  poolingHead: true,
  dropout: { hidden: 0, attention: 0.2, path: 0 },
};
const shapesOf = (model: VitConfig, batch = 3) =>
  dropoutSites(vitModel(model, 'all'), batch).masks.map(({ name, shape }) => [name, shape]);

describe('dropout sites', () => {
  it("match transformers' ViT, with only CLS in the last block", () => {
    expect(shapesOf(config)).toEqual([
      ['mask.embeddings', [15, 8]],
      ['mask.block.0.probabilities', [3, 2, 5, 5]],
      ['mask.block.0.attention', [15, 8]],
      ['mask.block.0.perceptron', [15, 8]],
      ['mask.block.1.probabilities', [3, 2, 1, 5]],
      ['mask.block.1.attention', [3, 8]],
      ['mask.block.1.perceptron', [3, 8]],
    ]);
  });
  it("match transformers' DINOv2", () => {
    expect(shapesOf(dino)).toEqual([
      ['mask.embeddings', [15, 8]],
      ['mask.block.0.probabilities', [3, 2, 5, 5]],
      ['mask.block.0.attention.path', [3, 1]],
      ['mask.block.0.perceptron.path', [3, 1]],
      ['mask.block.1.probabilities', [3, 2, 5, 5]],
      ['mask.block.1.attention.path', [3, 1]],
      ['mask.block.1.perceptron.path', [3, 1]],
    ]);
    expect(dropoutBytes(dropoutSites(vitModel(dino, 'all'), 3))).toBe(4 * (120 + 2 * 150 + 4 * 3));
  });
  it("match transformers' SigLIP, and ViT's for a run that asks for more", () => {
    expect(shapesOf(siglip)).toEqual([
      ['mask.block.0.probabilities', [3, 2, 4, 4]],
      ['mask.block.1.probabilities', [3, 2, 4, 4]],
    ]);
    const more = { ...siglip, layers: 1, dropout: { hidden: 0.1, attention: 0, path: 0 } };
    expect(shapesOf(more)).toEqual([
      ['mask.embeddings', [12, 8]],
      ['mask.block.0.attention', [12, 8]],
      ['mask.block.0.perceptron', [12, 8]],
    ]);
  });
  it('do not exist without dropout, or for a head on features', () => {
    expect(shapesOf({ ...config, dropout: noDropout })).toEqual([]);
    expect(dropoutSites(headModel(8, 3), 3)).toEqual({ masks: [], tokens: null });
  });
  it('do not exist in the evaluation pass', () => {
    const { inputs } = buildLogitsProgram(vitModel(dino, 'all'), 3, 'separate');
    expect(inputs.filter(({ name }) => name.startsWith('mask.'))).toEqual([]);
  });
  it('drop whole branches at one rate in DINOv2, and at a rising rate in the others', () => {
    const deep = { ...config, layers: 5, dropout: { hidden: 0, attention: 0, path: 0.2 } };
    expect(dropPathRates({ ...deep, family: 'dinov2' })).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
    expect(dropPathRates(deep).map((rate) => Number(rate.toFixed(3)))).toEqual([0, 0.05, 0.1, 0.15, 0.2]);
    expect(dropPathRates({ ...deep, layers: 1 })).toEqual([0]);
    // The first block keeps everything, so it needs no mask.
    expect(shapesOf({ ...deep, layers: 2 }).map(([name]) => name)).toEqual([
      'mask.block.1.attention.path',
      'mask.block.1.perceptron.path',
    ]);
  });
});

describe('drawn masks', () => {
  const site: MaskSite = { name: 'mask.a', shape: [200, 100], probability: 0.3 };
  const sites = [site, { ...site, name: 'mask.b' }];
  const drawn = (seeds: readonly number[], step: number, microBatch: number) =>
    [...createMaskDraw({ masks: sites, tokens: null }, seeds)(step, microBatch).values()].map(({ data }) => [...data]);

  it('keep the expected share, scaled to the same mean', () => {
    const [mask = []] = drawn([1, 0], 0, 0);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    const kept = mask.filter((value) => value > 0).length / mask.length;
    // Five standard deviations of a share of 20,000 draws.
    expect(Math.abs(kept - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / mask.length));
    // Neighbours are independent: both are kept as often as expected by chance.
    const pairs = mask.filter((value, index) => value > 0 && (mask[index + 1] ?? 0) > 0).length / mask.length;
    expect(Math.abs(pairs - 0.49)).toBeLessThan(5 * Math.sqrt((0.49 * 0.51) / mask.length));
  });
  it('depend on seeds, step, micro-batch and site only', () => {
    const first = drawn([1, 0], 4, 1);
    expect(drawn([1, 0], 4, 1)).toEqual(first);
    const others = [drawn([2, 0], 4, 1), drawn([1, 1], 4, 1), drawn([1, 0], 5, 1), drawn([1, 0], 4, 0), [first[1]]];
    for (const [other] of others) expect(other).not.toEqual(first[0]);
  });
});

/**
 * transformers 5.24 and PyTorch 2.15 on one thread, in training mode, its dropout replaced by the masks of `maskAt`:
 * `Dinov2Config(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4, num_labels=3,
 * mlp_ratio=2, hidden_dropout_prob=0.2, attention_probs_dropout_prob=0.2, drop_path_rate=0.4, layer_norm_eps=1e-6)` and
 * a ViTConfig alike, and the vision tower of a SiglipConfig (attention_dropout=0.2 only), parameters and pixels as below; the loss and the norms of all gradients in the order of names.
 */
const references: readonly { model: VitConfig; loss: number; norms: readonly number[] }[] = [
  {
    model: config,
    loss: 1.312734603881836,
    norms: [
      0.291446, 0.499723, 0.0884324, 0.0100126, 0.0295223, 0.0887619, 0, 0.00190713, 0.000716789, 0.000823059,
      0.0371041, 0.0411021, 0.103939, 0.152919, 0.111174, 0.120564, 0.30037, 0.32085, 0.0685602, 0.0265307, 0.0818882,
      0.0462994, 0, 0.00555412, 0.000658635, 0.0011302, 0.0146788, 0.0204136, 0.0712897, 0.137201, 0.0542748, 0.0842298,
      0.11217, 0.141662, 0.0300597, 0.0110236, 0.0427722, 0.0658297, 0.243254, 0.349753,
    ],
  },
  {
    model: dino,
    loss: 0.9712243676185608,
    norms: [
      0.269517, 0.354999, 0.075436, 0, 0.062548, 0.335424, 0.116657, 0, 0.0789804, 0.00925794, 0.0276091, 0.0353917,
      0.0758464, 0.0292732, 0.107232, 0.114665, 0.182506, 0.0313937, 0.0468437, 0.0457864, 0.0718758, 0.062115,
      0.0863334, 0.0719534, 0.0851206, 0, 0.0836114, 0.0212448, 0.0749465, 0.0256542, 0.0973313, 0.0222901, 0.105483,
      0.169623, 0.108527, 0.00841629, 0.0146215, 0.0268913, 0.061172, 0.0843225, 0.0690627, 0.0154558, 0.0286216,
      0.337694, 0.417559,
    ],
  },
  {
    model: siglip,
    loss: 1.2228407859802246,
    norms: [
      0.260894, 0.328668, 0.0112697, 0.0429966, 0.0131045, 0.0153136, 0.0143603, 0.0638219, 0.0331875, 0.032127,
      0.0332538, 0.0167706, 0.0308934, 0, 0.00587414, 0.00603046, 0.00500643, 0.00248568, 0.00368235, 0.00535047,
      0.0147449, 0.0197873, 0.0148513, 0.0799164, 0.0670713, 0.0363103, 0.0560929, 0.0227548, 0.0343618, 0, 0.00603025,
      0.016474, 0.0512202, 0.00251886, 0.0085513, 0.0109457, 0.0277044, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.218354,
      0.16242,
    ],
  },
];

/** Element of a reference mask. `site` numbers the sites of the same kind in order. */
function maskAt(kind: 'hidden' | 'attention' | 'path', site: number, index: readonly number[]): number {
  const [image = 0, second = 0, third = 0, fourth = 0] = index;
  switch (kind) {
    case 'hidden':
      return (image + 2 * second + 3 * third + site) % 5 === 0 ? 0 : 1 / 0.8;
    case 'attention':
      return (image + second + 2 * third + 3 * fourth + site) % 5 === 0 ? 0 : 1 / 0.8;
    case 'path':
      return (image + site) % 3 === 0 ? 0 : 1 / 0.6;
  }
}

function referenceMasks(sites: readonly MaskSite[]): ReadonlyMap<string, Tensor> {
  const counts = { hidden: 0, attention: 0, path: 0 };
  return new Map(
    sites.map(({ name, shape }) => {
      const kind = name.endsWith('.path') ? 'path' : name.endsWith('.probabilities') ? 'attention' : 'hidden';
      const site = counts[kind];
      counts[kind] += 1;
      const full = kind === 'hidden' ? [3, (shape[0] as number) / 3, 8] : shape;
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, at) => maskAt(kind, site, unravel(at, full)));
      return [name, { shape, data }];
    }),
  );
}

describe('the gradient through dropout', () => {
  it.each(references)('agrees with PyTorch for the same masks: $model.family', async ({ model, loss, norms }) => {
    const trained = vitModel(model, 'all');
    const parameters = sineParameters(model);
    const program = await createOnnxRuntimeBackend({ device: 'cpu', threads: 1 }).compile(
      buildGradientProgram(trained, 3),
    );
    const targets = crossEntropyTargets({
      batch: 3,
      classes: 3,
      labels: Int32Array.of(0, 1, 2),
      mixed: null,
      classWeights: null,
      labelSmoothing: 0,
      scale: 1,
    });
    const { host } = await program.run(
      new Map([
        ...parameters,
        ...referenceMasks(dropoutSites(trained, 3).masks),
        [
          inputNames.pixels,
          { shape: [3, 3, 8, 8], data: Float32Array.from({ length: 576 }, (_, k) => Math.sin(0.3 * k)) },
        ],
        [inputNames.targets, { shape: [3, 3], data: targets }],
      ]),
    );
    await program.dispose();
    expect(host.get('loss')?.data[0]).toBeCloseTo(loss, 6);
    const found = [...parameters.keys()].map((name) => Math.hypot(...(host.get(gradientName(name))?.data ?? [])));
    expect(found).toHaveLength(norms.length);
    for (const [index, norm] of norms.entries()) {
      expect(Math.abs((found[index] as number) - norm)).toBeLessThan(2e-5 * norm + 1e-7);
    }
  });
});
