import { describe, expect, it } from 'vitest';
import type { EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { hasSoftwareVulkan, useSoftwareVulkan } from '../backends/software-vulkan';
import { trainingForwardFlops } from '../bench/bench';
import { relativeError } from '../selftest/check';
import type { Tensor } from '../tensor';
import { noDropout, type VitConfig } from '../vit/config';
import { selectionNames } from '../vit/dropout';
import { sineParameters } from '../vit/test-support';
import { trainedPatchCount, trainedTokenCount } from '../vit/tokens';
import { createSession } from './create-session';
import { estimateTrainingMemoryMB } from './estimate-memory';
import { createMaskDraw, dropoutBytes, dropoutSites } from './masks';
import { prepareMicroBatch } from './micro-batch';
import { headModel, vitModel } from './model';
import { gradientName, inputNames } from './program-names';
import { buildGradientProgram, buildLogitsProgram } from './programs';

/** Three by three patches, of which five are kept. */
const config: VitConfig = {
  family: 'vit',
  imageSize: 12,
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
  dropout: { ...noDropout, patches: 0.5 },
  classes: ['a', 'b', 'c'],
};
const deit: VitConfig = { ...config, family: 'deit' };
const registers: VitConfig = { ...config, family: 'dinov2_with_registers', registerTokens: 2, maskToken: true };
const siglip: VitConfig = { ...config, family: 'siglip', poolingHead: true };

const batch = {
  pixels: Float32Array.from({ length: 3 * 3 * 144 }, (_, i) => Math.sin(0.3 * i)),
  labels: Int32Array.of(0, 1, 2),
  count: 3,
};
const options = {
  microBatch: 3,
  weightDecay: 0,
  maxGradientNorm: 1e9,
  labelSmoothing: 0,
  classWeights: null,
  seeds: [7, 0],
  emaDecay: null,
};

const kept = [
  [0, 2, 3, 5, 8],
  [1, 2, 4, 6, 7],
  [0, 1, 4, 5, 8],
];

/** The inputs that keep these patches and the leading tokens. */
function selectionOf(leading: number): ReadonlyMap<string, Tensor> {
  const tokens = kept.map((patches) => [
    ...Array.from({ length: leading }, (_, token) => token),
    ...patches.map((patch) => leading + patch),
  ]);
  const inverse = tokens.map((own) => Array.from({ length: leading + 9 }, (_, token) => 1 + own.indexOf(token)));
  return new Map([
    [selectionNames.indices, { shape: [3, leading + 5], data: Float32Array.from(tokens.flat()) }],
    [selectionNames.inverse, { shape: [3, leading + 9], data: Float32Array.from(inverse.flat()) }],
  ]);
}

/**
 * transformers 5.24 and PyTorch 2.15 on one thread: the family's `…ForImageClassification` of the configuration above
 * with eager attention, parameters and pixels as here and the labels 0, 1, 2; the output of its embeddings is reduced by
 * `torch.gather` to the leading tokens and the patches in `kept`. The loss, and the norms of all gradients in the order
 * of names on disk.
 */
const references: readonly { model: VitConfig; leading: number; loss: number; norms: readonly number[] }[] = [
  {
    model: config,
    leading: 1,
    loss: 1.1982845067977905,
    norms: [
      0.237891, 0.289906, 0.0749225, 0.0125069, 0.0196039, 0.0751797, 0, 0.000712858, 0.000137849, 0.000152249,
      0.0624389, 0.0637301, 0.0842911, 0.112226, 0.0838259, 0.0898321, 0.199603, 0.270063, 0.139571, 0.0346978,
      0.0727895, 0.0305942, 0, 0.00298207, 0.000177118, 0.000293279, 0.0630611, 0.0696341, 0.0790057, 0.159308,
      0.0890914, 0.123832, 0.193081, 0.184598, 0.118673, 0.0510966, 0.0496912, 0.0861758, 0.198954, 0.185163,
    ],
  },
  {
    model: deit,
    leading: 2,
    loss: 1.2053862810134888,
    norms: [
      0.235019, 0.351817, 0.0701217, 0.0231467, 0.00231224, 0.00310313, 0.0738538, 0, 0.000820454, 0.000242343,
      0.000344172, 0.014168, 0.0144674, 0.077346, 0.0857196, 0.0394349, 0.0459662, 0.102539, 0.0699603, 0.0273221,
      0.00963013, 0.0255589, 0.0259667, 0, 0.00194224, 0.000834445, 0.000871606, 0.0201145, 0.0188761, 0.0206812,
      0.0602297, 0.0258799, 0.0314375, 0.040347, 0.0313551, 0.0419835, 0.0195786, 0.0177707, 0.0278329, 0.193092,
      0.167801,
    ],
  },
  {
    model: registers,
    leading: 3,
    loss: 1.9838165044784546,
    norms: [
      0.51211, 1.12534, 0.15339, 0, 0.073678, 0.179834, 0.160599, 0.0328987, 0, 0.0767696, 0.034671, 0.0558027,
      0.101787, 0.122358, 0.0677148, 0.129262, 0.215919, 0.172381, 0.0239936, 0.0307622, 0.0703053, 0.0481649, 0.247925,
      0.0846611, 0.05525, 0.0457201, 0, 0.0553181, 0.0189704, 0.0357952, 0.0921694, 0.127946, 0.0598659, 0.135421,
      0.327924, 0.520724, 0.0545779, 0.0931687, 0.0679559, 0.212931, 0.159837, 0.0935789, 0.103089, 0.105287, 1.35571,
      0.903688,
    ],
  },
  {
    model: siglip,
    leading: 0,
    loss: 1.2405093908309937,
    norms: [
      0.280074, 0.287553, 0.00904783, 0.0132029, 0.00425295, 0.00139391, 0.00126557, 0.0442888, 0.00799343, 0.0222513,
      0.0245299, 0.0116654, 0.0233699, 0, 0.0010345, 0.00911447, 0.020283, 0.000222508, 0.000234791, 0.000649214,
      0.000969396, 0.00337787, 0.00151437, 0.0519682, 0.0173138, 0.0222639, 0.0271525, 0.0141398, 0.0165154, 0,
      0.000184493, 0.0117547, 0.0390314, 7.06786e-5, 0.000173884, 0.00178574, 0.00370455, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0.234341, 0.0815814,
    ],
  },
];

describe('a step that leaves out patches', () => {
  it.each(references)('has the gradient of PyTorch for the same patches: $model.family', async (reference) => {
    const model = vitModel(reference.model, 'all');
    const parameters = sineParameters(reference.model);
    const program = await createOnnxRuntimeBackend({ device: 'cpu', threads: 1 }).compile(
      buildGradientProgram(model, 3),
    );
    const { pixels, targets } = prepareMicroBatch(model, options, batch, 1);
    const { host } = await program.run(
      new Map([
        ...parameters,
        ...selectionOf(reference.leading),
        [inputNames.pixels, { shape: [3, 3, 12, 12], data: pixels }],
        [inputNames.targets, { shape: [3, 3], data: targets }],
      ]),
    );
    await program.dispose();
    expect(host.get('loss')?.data[0]).toBeCloseTo(reference.loss, 6);
    const found = [...parameters.keys()].map((name) => Math.hypot(...(host.get(gradientName(name))?.data ?? [])));
    expect(found).toHaveLength(reference.norms.length);
    for (const [index, norm] of reference.norms.entries()) {
      expect(Math.abs((found[index] as number) - norm)).toBeLessThan(2e-5 * norm + 1e-7);
    }
  });

  const stepOn = async (device: EngineDevice, part: number, model = siglip) => {
    const session = await createSession(
      createBackend({ device, threads: 1 }),
      vitModel(model, 'all'),
      { ...options, part, optimizer: { kind: 'sgd', momentum: 0 } },
      sineParameters(model),
    );
    const { loss } = await session.step([batch, batch], 0.1);
    const parameters = await session.parameters();
    await session.dispose();
    return { loss, values: [...parameters.values()].flatMap(({ data }) => [...data]) };
  };

  it('is the same in parts, and on TensorFlow.js', async () => {
    const whole = await stepOn('cpu', 3);
    for (const [device, part] of [
      ['cpu', 1],
      ['cpu', 2],
      ['tfjs', 3],
    ] as const) {
      const { loss, values } = await stepOn(device, part);
      expect(loss).toBeCloseTo(whole.loss, 5);
      expect(relativeError(values, whole.values)).toBeLessThan(1e-6);
    }
    // The patches matter: with all of them the step is another.
    const full = await stepOn('cpu', 3, { ...siglip, dropout: noDropout });
    expect(relativeError(full.values, whole.values)).toBeGreaterThan(1e-5);
  });

  it.skipIf(!hasSoftwareVulkan)(
    "is the same on WebGPU without the CPU's help (skipped where chromium's software Vulkan is missing)",
    async () => {
      useSoftwareVulkan();
      const [own, other] = [await stepOn('webgpu', 3, registers), await stepOn('cpu', 3, registers)];
      expect(own.loss).toBeCloseTo(other.loss, 4);
      expect(relativeError(own.values, other.values)).toBeLessThan(1e-5);
    },
    180_000,
  );

  it('keeps the rounded share of the patches, at least one, and every other token', () => {
    const countOf = (patches: number) => trainedPatchCount({ ...config, dropout: { ...noDropout, patches } });
    expect([0, 0.05, 0.25, 0.5, 0.75, 0.9].map(countOf)).toEqual([9, 9, 7, 5, 2, 1]);
    expect(trainedPatchCount({ ...config, imageSize: 4 })).toBe(1);
    expect([config, deit, registers, siglip].map(trainedTokenCount)).toEqual([6, 7, 8, 5]);
  });

  it('draws nothing where nothing is left out, in evaluation, and for a head alone', () => {
    expect(dropoutSites(vitModel({ ...config, dropout: noDropout }, 'all'), 3).tokens).toBeNull();
    expect(dropoutSites(vitModel({ ...config, dropout: { ...noDropout, patches: 0.05 } }, 'all'), 3).tokens).toBeNull();
    expect(dropoutSites(headModel(8, 3), 3).tokens).toBeNull();
    const names = buildLogitsProgram(vitModel(config, 'all'), 3, 'separate').inputs.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('tokens.'))).toEqual([]);
  });

  it('is estimated to take less time and memory', () => {
    const big = { ...config, imageSize: 112, patchSize: 8, hiddenSize: 96, intermediateSize: 384, layers: 4 };
    const memoryOf = (model: VitConfig) =>
      estimateTrainingMemoryMB({
        config: model,
        microBatch: 32,
        trainable: 'all',
        optimizer: 'adamw',
        accumulation: 1,
        averaged: false,
      });
    const all = { ...big, dropout: noDropout };
    expect(trainingForwardFlops(big) / trainingForwardFlops(all)).toBeLessThan(0.52);
    expect(memoryOf(big) / memoryOf(all)).toBeLessThan(0.7);
  });
});

describe('the drawn patches', () => {
  const IMAGES = 400;
  const sites = dropoutSites(vitModel(registers, 'all'), IMAGES);
  const drawn = (seeds: readonly number[], step: number, microBatch: number) => {
    const tensors = createMaskDraw(sites, seeds)(step, microBatch);
    const rows = (name: string) => {
      const { shape, data } = tensors.get(name) as Tensor;
      const width = shape[1] as number;
      return Array.from({ length: IMAGES }, (_, image) => [...data.subarray(image * width, (image + 1) * width)]);
    };
    return { indices: rows(selectionNames.indices), inverse: rows(selectionNames.inverse) };
  };

  it('are different patches in their order, behind all leading tokens, with their inverse', () => {
    const { indices, inverse } = drawn([1, 0], 3, 1);
    for (const [image, own] of indices.entries()) {
      expect(own).toHaveLength(8);
      expect(own.slice(0, 3)).toEqual([0, 1, 2]);
      expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
      expect(own.at(-1)).toBeLessThan(12);
      expect(inverse[image]).toEqual(Array.from({ length: 12 }, (_, token) => 1 + own.indexOf(token)));
    }
    expect(dropoutBytes(sites)).toBe(4 * IMAGES * (8 + 12));
  });

  it('are every patch, and every pair of patches, alike often', () => {
    const { indices } = drawn([1, 0], 0, 0);
    const share = (count: number) => count / IMAGES;
    for (let a = 3; a < 12; a += 1) {
      // Five standard deviations of a share of 400 draws.
      const single = share(indices.filter((own) => own.includes(a)).length);
      expect(Math.abs(single - 5 / 9)).toBeLessThan(5 * Math.sqrt(((5 / 9) * (4 / 9)) / IMAGES));
      for (let b = a + 1; b < 12; b += 1) {
        const both = share(indices.filter((own) => own.includes(a) && own.includes(b)).length);
        const expected = (5 * 4) / (9 * 8);
        expect(Math.abs(both - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / IMAGES));
      }
    }
  });

  it('depend on seeds, step and micro-batch only, and change no mask', () => {
    const first = drawn([1, 0], 4, 1);
    expect(drawn([1, 0], 4, 1)).toEqual(first);
    const others = [drawn([2, 0], 4, 1), drawn([1, 1], 4, 1), drawn([1, 0], 5, 1), drawn([1, 0], 4, 0)];
    for (const other of others) expect(other.indices).not.toEqual(first.indices);
    const dropping = { ...sites, masks: [{ name: 'mask.a', shape: [50], probability: 0.5 }] };
    const maskOf = (given: typeof dropping) => [...(createMaskDraw(given, [1])(0, 0).get('mask.a')?.data ?? [])];
    expect(maskOf(dropping)).toEqual(maskOf({ ...dropping, tokens: null }));
  });
});
