import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import type { NamedTensors } from '../tensor';
import type { VitConfig } from '../vit/config';
import { noDropout } from '../vit/config';
import { createSession } from './create-session';
import { distillationModel, withoutProjections, withProjections } from './distillation';
import { prepareMicroBatch, type StepOptions } from './micro-batch';
import { gradientName, inputNames } from './program-names';
import { buildGradientProgram } from './programs';
import type { Batch } from './session';

const vit: VitConfig = {
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
  dropout: noDropout,
  classes: [],
};
const registers: VitConfig = { ...vit, family: 'dinov2_with_registers', registerTokens: 2 };
const WIDTH = 6;
const weights = { cls: 1, patches: 0.5, mean: 2 };

/**
 * transformers 5.24 and PyTorch 2.15 on one thread, with the bare models `ViTModel` (no pooling layer) and
 * `Dinov2WithRegistersModel` (two registers) of these sizes, two `torch.nn.functional.linear`, and
 *
 *   t = model(pixels).last_hidden_state; c = linear(t[:, 0], …); p = linear(t[:, leading:], …)
 *   loss = mse(c, T[:, 0]) + 0.5 mse(p, T[:, 1:]) + 2 mse(p.mean(1), T[:, 1:].mean(1))
 *
 * with parameters, pixels and T as below: the norms of all gradients in the order of names, and the losses of four steps
 * of AdamW (learning rate 0.01, decay 0.02 on all but biases and normalisations, gradients clipped at norm 1).
 */
const references: readonly { student: VitConfig; norms: readonly number[]; losses: readonly number[] }[] = [
  {
    student: vit,
    norms: [
      1.49338, 4.40485, 3.49974, 13.3667, 9.16948, 0.710168, 3.57653, 9.19513, 8.58839e-8, 0.537768, 0.161962, 0.312146,
      2.32786, 2.02847, 1.21047, 1.87417, 0.825175, 1.91902, 1.13048, 1.83313, 3.83426, 1.55261, 1.35197, 3.50676,
      8.03424e-8, 0.629254, 0.201812, 0.7382, 1.31757, 2.97211, 0.660127, 2.61755, 0.474621, 1.4347, 0.760063, 1.05075,
      2.27476, 1.55907, 0.626796, 1.59003, 7.20868, 7.38209,
    ],
    losses: [11.06377124786377, 6.455959320068359, 3.0996580123901367, 1.7801668643951416],
  },
  {
    student: registers,
    norms: [
      1.84939, 2.42125, 6.36496, 2.39675, 1.0803, 8.43143e-8, 0.600872, 0.266969, 0.350998, 0.848843, 1.24641, 1.33277,
      3.6904, 6.02044, 4.04224, 0.898797, 1.52366, 0.832518, 1.7219, 1.14442, 1.17623, 1.68132, 1.42318, 3.79628e-8,
      0.320006, 0.285056, 0.420238, 0.775932, 0.857216, 0.829516, 1.51434, 2.28378, 5.2328, 1.2623, 2.44777, 1.28304,
      3.73147, 1.27591, 0.552207, 3.21942, 1.13899, 6.25886, 2.76667, 1.89526, 6.43255, 1.56738, 2.9977,
    ],
    losses: [7.189681529998779, 4.543369770050049, 2.903536558151245, 1.8319270610809326],
  },
];

const modelOf = (student: VitConfig) => distillationModel(student, WIDTH, weights);

function referenceParameters(student: VitConfig): NamedTensors {
  const specs = modelOf(student).groups.flatMap(({ parameters }) => parameters);
  const sorted = specs.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(
    sorted.map(({ name, shape, size }, order) => {
      const shift = name.includes('norm') && name.endsWith('weight') ? 1 : 0;
      const data = Float32Array.from({ length: size }, (_, k) => 0.5 * Math.sin(0.7 * k + 1.3 * order) + shift);
      return [name, { shape, data }];
    }),
  );
}

const images: Batch = {
  pixels: Float32Array.from({ length: 576 }, (_, k) => Math.sin(0.3 * k)),
  features: Float32Array.from({ length: 3 * 5 * WIDTH }, (_, k) => Math.cos(0.21 * k)),
  labels: new Int32Array(0),
  count: 3,
};
const options = {
  microBatch: 3,
  optimizer: { kind: 'adamw' },
  weightDecay: 0.02,
  maxGradientNorm: 1,
  labelSmoothing: 0,
  classWeights: null,
  seeds: [1],
  emaDecay: null,
} satisfies StepOptions;

const backend = () => createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });

/** Gradients of a batch, by parameter, and the loss. */
async function differentiate(student: VitConfig, batch: Batch, microBatch: number) {
  const model = modelOf(student);
  const program = await backend().compile(buildGradientProgram(model, microBatch));
  const { pixels, targets } = prepareMicroBatch(model, { ...options, microBatch }, batch, 1);
  const { host } = await program.run(
    new Map([
      ...referenceParameters(student),
      [inputNames.pixels, { shape: [microBatch, 3, 8, 8], data: pixels }],
      [inputNames.targets, { shape: [microBatch, model.targetSize], data: targets }],
    ]),
  );
  await program.dispose();
  return host;
}

describe.each(references)('the loss of a distillation into $student.family', ({ student, norms, losses }) => {
  // The mask token is kept but not used.
  const names = [...referenceParameters(student).keys()].filter((name) => !name.endsWith('mask_token'));

  it('has the gradients that PyTorch finds', async () => {
    const host = await differentiate(student, images, 3);
    expect(host.get('loss')?.data[0]).toBeCloseTo(losses[0] as number, 5);
    const found = names.map((name) => Math.hypot(...(host.get(gradientName(name))?.data ?? [Number.NaN])));
    expect(found).toHaveLength(norms.length);
    for (const [index, norm] of norms.entries()) {
      expect(Math.abs((found[index] as number) - norm)).toBeLessThan(2e-5 * norm + 1e-6);
    }
  });

  it('falls in steps as in PyTorch', async () => {
    const session = await createSession(backend(), modelOf(student), options, referenceParameters(student));
    for (const loss of losses) {
      const step = await session.step([images], 0.01);
      expect(Math.abs(step.loss - loss)).toBeLessThan(1e-4 * loss);
    }
    await session.dispose();
  });

  it('is the mean over the images of a short batch, padded with others of no weight', async () => {
    const two = { ...images, pixels: images.pixels.slice(0, 384), features: images.features?.slice(0, 60), count: 2 };
    const [exact, padded] = [
      await differentiate(student, two as Batch, 2),
      await differentiate(student, two as Batch, 4),
    ];
    for (const name of ['loss', ...names.map(gradientName)]) {
      const [a, b] = [exact, padded].map((host) => [...(host.get(name)?.data ?? [])]) as [number[], number[]];
      expect(Math.hypot(...a.map((x, i) => x - (b[i] as number)))).toBeLessThan(1e-5 * Math.hypot(...a) + 1e-6);
    }
  });
});

describe('projections', () => {
  it('begin as the identity between equal widths, else random, and are left out of the student', () => {
    const parameters = referenceParameters(vit);
    const bare = withoutProjections(parameters, vit);
    expect([...bare.keys()].filter((name) => name.startsWith('distillation'))).toEqual([]);
    const equal = withProjections(bare, vit, 8, 1).get('distillation.patches.weight');
    expect(equal?.data[0]).toBe(1);
    expect([...(equal?.data ?? [])].reduce((sum, x) => sum + x * x, 0)).toBe(8);
    const random = withProjections(bare, vit, WIDTH, 1).get('distillation.cls.weight');
    expect(random?.shape).toEqual([WIDTH, 8]);
    expect(new Set(random?.data).size).toBe(48);
  });
});
