import { describe, expect, it } from 'vitest';
import { type LoraSettings, loraTargets } from '#shared/training/lora';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import type { NamedTensors } from '../tensor';
import { createClassifier } from '../train/classifier';
import { createTrainingSession } from '../train/create-session';
import { packGroups, viewParameters } from '../train/flat-state';
import { prepareMicroBatch } from '../train/micro-batch';
import { vitModel } from '../train/model';
import { gradientName, inputNames } from '../train/program-names';
import { buildGradientProgram } from '../train/programs';
import type { Batch, TrainingOptions } from '../train/session';
import { families, type VitConfig } from './config';
import { initialiseParameters } from './initialise';
import { isAdapterName, loraGroups, mergeAdapters } from './lora';
import { parameterGroups } from './parameters';
import { tinyConfig } from './test-support';

const vit = tinyConfig;
const lora: LoraSettings = { rank: 4, alpha: 8, targets: 'attention' };
const options: TrainingOptions = {
  config: vit,
  device: 'cpu',
  threads: 1,
  microBatch: 4,
  trainable: 'lora',
  lora,
  layerDecay: 1,
  optimizer: { kind: 'adamw' },
  weightDecay: 0.05,
  maxGradientNorm: 1,
  labelSmoothing: 0,
  classWeights: null,
  seeds: [1],
  emaDecay: null,
};
const specsOf = (config: VitConfig, settings: LoraSettings) =>
  [...parameterGroups(config), ...loraGroups(config, settings)].flatMap((group) => group.parameters);
const sizeOf = (shape: readonly number[]) => shape.reduce((size, dimension) => size * dimension, 1);

/** Far from the usual initial values, so that no gradient is nearly zero. */
function drawn(config: VitConfig, settings: LoraSettings): NamedTensors {
  const random = createRandom(3);
  return new Map(
    specsOf(config, settings).map(({ name, shape, initial }) => {
      const offset = initial === 'ones' ? 1 : 0;
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => offset + 0.3 * normal(random)) }];
    }),
  );
}
function batchOf(seed: number): Batch {
  const random = createRandom(seed);
  return {
    pixels: Float32Array.from({ length: 4 * 3 * 16 * 16 }, () => normal(random)),
    labels: Int32Array.of(0, 1, 2, 0),
    count: 4,
  };
}

/**
 * PEFT 0.21.2 on transformers 4.57.1 and PyTorch 2.15: `LoraConfig(r=4, lora_alpha=8, modules_to_save=["classifier"])` on
 * query, key, value and attention.output.dense. Parameters in the order of their names: the k-th, i-th element, is
 * 0.4 sin(1.3 i + 0.7 k), normalisation weights 1 more; pixels sin(0.05 i); labels 0, 1, 2, 0. Five steps of AdamW on
 * this one batch at 0.01, weight decay 0.05 but for the bias, gradients clipped to 1. A tensor t is given by its norm and
 * by sum t_i cos(i).
 */
const peft = {
  logits: [1.59094, -1.42676, 2.21852, 1.54235, -1.37301, 2.16025, 1.52624, -1.35458, 2.1397, 1.56039, -1.393, 2.18194],
  losses: [1.64432, 1.17771, 1.12466, 1.08248, 1.05589],
  norms: [7.3103, 1.88249, 1.49121, 0.947896, 0.414436],
  gradients: {
    'classifier.bias': [0.478714, -0.443514],
    'classifier.weight': [2.15282, -0.333647],
    'vit.encoder.layer.0.attention.attention.key.lora_A.weight': [0.0475276, 0.0447226],
    'vit.encoder.layer.0.attention.attention.key.lora_B.weight': [0.0212567, -0.00112091],
    'vit.encoder.layer.0.attention.attention.query.lora_A.weight': [0.0376544, 0.0328233],
    'vit.encoder.layer.0.attention.attention.query.lora_B.weight': [0.161432, 0.0205629],
    'vit.encoder.layer.0.attention.attention.value.lora_A.weight': [3.09987, -0.644674],
    'vit.encoder.layer.0.attention.attention.value.lora_B.weight': [4.43397, 0.218244],
    'vit.encoder.layer.0.attention.output.dense.lora_A.weight': [4.05089, 1.03991],
    'vit.encoder.layer.0.attention.output.dense.lora_B.weight': [0.977919, 0.0159497],
    'vit.encoder.layer.1.attention.attention.key.lora_A.weight': [0.00209763, -0.000426329],
    'vit.encoder.layer.1.attention.attention.key.lora_B.weight': [0.00741495, -9.25586e-5],
    'vit.encoder.layer.1.attention.attention.query.lora_A.weight': [0.0113053, -0.00526727],
    'vit.encoder.layer.1.attention.attention.query.lora_B.weight': [0.00263451, -0.000477737],
    'vit.encoder.layer.1.attention.attention.value.lora_A.weight': [0.938488, -0.0429812],
    'vit.encoder.layer.1.attention.attention.value.lora_B.weight': [0.0835096, 0.00489894],
    'vit.encoder.layer.1.attention.output.dense.lora_A.weight': [0.669418, -0.278469],
    'vit.encoder.layer.1.attention.output.dense.lora_B.weight': [0.758362, -0.0207625],
  },
  trained: {
    'classifier.bias': [0.435078, 0.197322],
    'classifier.weight': [1.691, 0.393853],
    'vit.encoder.layer.0.attention.attention.key.lora_A.weight': [1.96398, -0.953934],
    'vit.encoder.layer.0.attention.attention.key.lora_B.weight': [1.94864, 0.18483],
    'vit.encoder.layer.0.attention.attention.query.lora_A.weight': [1.94364, 0.879895],
    'vit.encoder.layer.0.attention.attention.query.lora_B.weight': [1.95417, 0.300652],
    'vit.encoder.layer.0.attention.attention.value.lora_A.weight': [1.96674, -1.3073],
    'vit.encoder.layer.0.attention.attention.value.lora_B.weight': [1.9594, -0.730921],
    'vit.encoder.layer.0.attention.output.dense.lora_A.weight': [1.94341, 1.15665],
    'vit.encoder.layer.0.attention.output.dense.lora_B.weight': [1.9475, 0.973234],
    'vit.encoder.layer.1.attention.attention.key.lora_A.weight': [1.95109, -0.693417],
    'vit.encoder.layer.1.attention.attention.key.lora_B.weight': [1.96618, -1.15644],
    'vit.encoder.layer.1.attention.attention.query.lora_A.weight': [1.95261, 0.179315],
    'vit.encoder.layer.1.attention.attention.query.lora_B.weight': [1.96759, 0.901739],
    'vit.encoder.layer.1.attention.attention.value.lora_A.weight': [1.95778, 0.343093],
    'vit.encoder.layer.1.attention.attention.value.lora_B.weight': [1.9552, -0.610165],
    'vit.encoder.layer.1.attention.output.dense.lora_A.weight': [1.9482, -0.619105],
    'vit.encoder.layer.1.attention.output.dense.lora_B.weight': [1.9491, 0.188913],
  },
};

describe('against PEFT', () => {
  const given = [...specsOf(vit, lora)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const start: NamedTensors = new Map(
    given.map(({ name, shape, initial }, k) => {
      const offset = initial === 'ones' ? 1 : 0;
      const value = (i: number) => 0.4 * Math.sin(1.3 * i + 0.7 * k) + offset;
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)) }];
    }),
  );
  const batch: Batch = {
    pixels: Float32Array.from({ length: 4 * 3 * 256 }, (_, i) => Math.sin(0.05 * i)),
    labels: Int32Array.of(0, 1, 2, 0),
    count: 4,
  };
  const printOf = (data: ArrayLike<number>) => {
    const values = Array.from(data);
    return [Math.hypot(...values), values.reduce((sum, value, i) => sum + value * Math.cos(i), 0)];
  };
  /** Their difference relative to the norm: the second number may be near 0. */
  const difference = (data: ArrayLike<number>, expected: readonly number[]) => {
    const [norm, product] = printOf(data) as [number, number];
    const scale = expected[0] as number;
    return Math.max(Math.abs(norm - scale), Math.abs(product - (expected[1] as number))) / scale;
  };

  it('gives the same gradients of adapters and classifier only', async () => {
    const model = vitModel(vit, 'lora', 1, lora);
    const program = await createOnnxRuntimeBackend({ device: 'cpu', threads: 1 }).compile(
      buildGradientProgram(model, 4),
    );
    const { pixels, targets } = prepareMicroBatch(model, options, batch, 1);
    const { host } = await program.run(
      new Map([
        ...viewParameters(model.groups, packGroups(model.groups, start)),
        [inputNames.pixels, { shape: [4, 3, 16, 16], data: pixels }],
        [inputNames.targets, { shape: [4, 3], data: targets }],
      ]),
    );
    await program.dispose();
    const expected = Object.entries(peft.gradients);
    expect([...host.keys()].sort()).toEqual(['loss', ...expected.map(([name]) => gradientName(name))].sort());
    for (const [name, numbers] of expected) {
      expect(difference(host.get(gradientName(name))?.data ?? [], numbers)).toBeLessThan(2e-5);
    }
  });

  it.each(['cpu', 'tfjs'] as const)('takes the same steps of AdamW: %s', async (device) => {
    const session = await createTrainingSession({ ...options, device }, start);
    expect(relativeError(await session.logits(batch.pixels, 4), peft.logits)).toBeLessThan(1e-5);
    for (const [step, loss] of peft.losses.entries()) {
      const result = await session.step([batch], 0.01);
      expect(result.loss / loss).toBeCloseTo(1, 4);
      expect(result.gradientNorm / (peft.norms[step] as number)).toBeCloseTo(1, 4);
    }
    const trained = await session.parameters();
    const { firstMoments } = await session.optimizer();
    await session.dispose();
    for (const [name, numbers] of Object.entries(peft.trained)) {
      expect(difference(trained.get(name)?.data ?? [], numbers)).toBeLessThan(1e-4);
    }
    const own = Object.keys(peft.trained);
    expect([...firstMoments.keys()].sort()).toEqual(own);
    for (const [name, { data }] of start) if (!own.includes(name)) expect(trained.get(name)?.data).toEqual(data);
  });
});

describe.each(families)('adapters of %s', (family) => {
  const config: VitConfig = {
    ...vit,
    family,
    registerTokens: family === 'dinov2_with_registers' ? 2 : 0,
    maskToken: family.startsWith('dinov2'),
  };

  it.each(loraTargets)('merge into the weights of the same model: %s', async (targets) => {
    const settings = { ...lora, targets };
    const parameters = drawn(config, settings);
    const session = await createTrainingSession({ ...options, config, lora: settings }, parameters);
    await session.step([batchOf(1)], 1e-2);
    const { pixels } = batchOf(2);
    const logits = await session.logits(pixels, 4);
    const merged = mergeAdapters(config, settings, await session.parameters());
    await session.dispose();
    expect([...merged.keys()].some(isAdapterName)).toBe(false);
    const plain = { device: 'cpu', threads: 1, batch: 4, attentions: false, config } as const;
    const classifier = await createClassifier({ ...plain, parameters: merged });
    const { logits: expected } = await classifier.run(pixels, 4);
    await classifier.dispose();
    expect(relativeError(logits, expected)).toBeLessThan(1e-5);
    // The merge includes the adapters: without them the model differs.
    const without = await createClassifier({ ...plain, parameters });
    expect(relativeError((await without.run(pixels, 4)).logits, expected)).toBeGreaterThan(1e-2);
    await without.dispose();
  });
});

it('start with an unchanged model, A drawn as in PEFT', () => {
  const parameters = initialiseParameters(specsOf(vit, lora), 5);
  const adapters = [...parameters].filter(([name]) => isAdapterName(name));
  for (const [name, { data }] of adapters) {
    const largest = Math.max(...data.map(Math.abs));
    if (name.endsWith('lora_B.weight')) expect(largest).toBe(0);
    else expect([largest > 0.9 / Math.sqrt(12), largest <= Math.fround(1 / Math.sqrt(12))]).toEqual([true, true]);
  }
  const plain = new Map([...parameters].filter(([name]) => !isAdapterName(name)));
  expect(mergeAdapters(vit, lora, parameters)).toEqual(plain);
  expect(initialiseParameters(specsOf(vit, lora), 6)).not.toEqual(parameters);
});

it('learn more slowly the lower their block is', () => {
  const { trainable, rateFactor } = vitModel(vit, 'lora', 0.5, lora);
  expect(trainable.map(({ name }) => [name, rateFactor(name)])).toEqual([
    ['block.0.lora', 0.25],
    ['block.1.lora', 0.5],
    ['classifier', 1],
  ]);
});
