import { describe, expect, it } from 'vitest';
import { createOnnxRuntimeBackend } from '../backends/onnxruntime';
import { attentionToPatches } from '../explain/attention-to-patches';
import { createRelevance } from '../explain/relevance';
import { attentionRollout } from '../explain/rollout';
import { createClassifier } from '../train/classifier';
import { prepareMicroBatch } from '../train/micro-batch';
import { vitModel } from '../train/model';
import { gradientName, inputNames } from '../train/program-names';
import { buildGradientProgram } from '../train/programs';
import { parameterGroups } from './parameters';
import { parseVitConfig } from './parse-config';
import { sineParameters } from './test-support';
import { tokenCount } from './tokens';

/** Two by two patches; the last three pixels of each row and column fill none. */
const config = parseVitConfig({
  model_type: 'siglip',
  vision_config: {
    hidden_size: 8,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    image_size: 11,
    patch_size: 4,
    intermediate_size: 16,
  },
  id2label: { 0: 'a', 1: 'b', 2: 'c' },
});
const parameters = sineParameters(config);
const pixels = Float32Array.from({ length: 3 * 3 * 11 * 11 }, (_, i) => Math.sin(0.3 * i));

/**
 * transformers 5.24 and PyTorch 2.15 on one thread: `SiglipForImageClassification` of this configuration with eager
 * attention, in evaluation mode, with these parameters and pixels and the labels 0, 1, 2; norms of the gradients in the
 * order of names; rollout and relevance (less the 1/4 of the identity) from its attentions in double precision.
 */
const reference = {
  logits: [-0.095616, 0.812593, 1.34915, -0.0256842, 0.828201, 1.30342, -0.117634, 0.722046, 1.23071],
  loss: 1.2583093643188477,
  norms: [
    0.284775, 0.55123, 0.0070709, 0.0425238, 0.00358035, 0.000440217, 0.00171343, 0.0309233, 0.0301586, 0.0159097,
    0.027904, 0.00822359, 0.0177158, 0, 0.000172663, 0.00708461, 0.0228797, 8.05733e-6, 0.000106354, 0.000255218,
    0.00244959, 0.00108543, 0.00338506, 0.0344966, 0.0373057, 0.0141145, 0.0236856, 0.0092998, 0.00852445, 0,
    0.000300787, 0.00827068, 0.0104884, 4.16891e-5, 0.000348914, 0.000551355, 0.0048178, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0.238219, 0.236233,
  ],
  rollout: [
    0.285727, 0.230557, 0.253267, 0.230449, 0.169895, 0.266314, 0.215099, 0.348692, 0.234019, 0.252276, 0.277385,
    0.236319,
  ],
  relevanceOfC: [
    0, 0, 0, 6.3117e-5, 2.5872e-4, 1.0454e-5, 6.3963e-6, 3.6612e-5, 8.3245e-5, 5.2468e-5, 9.2434e-5, 3.2064e-5,
  ],
  /** Of both heads of the last block, for the first image: the mean of the rows of its attention. */
  lastBlock: [0.274705, 0.239578, 0.271659, 0.214058, 0.273328, 0.239668, 0.266296, 0.220708],
};

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
}

describe('SigLIP against transformers, with pixels that fill no patch', () => {
  it('gives the same logits, rollout and attention over the patches', async () => {
    const plain = { config, parameters, device: 'cpu', threads: 1, batch: 3 } as const;
    const classifier = await createClassifier({ ...plain, attentions: true });
    const { logits, attentions } = await classifier.run(pixels, 3);
    await classifier.dispose();
    expectClose(logits, reference.logits, 5);
    const tokens = tokenCount(config);
    expect(tokens).toBe(4);
    const perImage = config.heads * tokens ** 2;
    const rollouts = [0, 1, 2].flatMap((image) => {
      const own = attentions.map((layer) => layer.subarray(image * perImage, (image + 1) * perImage));
      return [...attentionRollout(own, config)];
    });
    expectClose(rollouts, reference.rollout, 5);
    const last = attentions[1] as Float32Array;
    const heads = [0, 1].flatMap((head) => [
      ...attentionToPatches(last.subarray(head * tokens ** 2, (head + 1) * tokens ** 2), config),
    ]);
    expectClose(heads, reference.lastBlock, 5);
  });

  it('gives the same relevance', async () => {
    const backend = createOnnxRuntimeBackend({ device: 'cpu', threads: 1 });
    const relevance = await createRelevance(backend, { config, parameters, batch: 3 });
    const values = await relevance.run(pixels, Int32Array.of(2, 2, 2));
    await relevance.dispose();
    expectClose(
      values.map((value) => value - 0.25),
      reference.relevanceOfC,
      6,
    );
  });

  it('gives the same loss and gradients, and none for the pooling head', async () => {
    const model = vitModel(config, 'all');
    const batch = { pixels, labels: Int32Array.of(0, 1, 2), count: 3 };
    const options = { microBatch: 3, labelSmoothing: 0, classWeights: null };
    const prepared = prepareMicroBatch(model, options, batch, 1);
    const program = await createOnnxRuntimeBackend({ device: 'cpu', threads: 1 }).compile(
      buildGradientProgram(model, 3),
    );
    const { host } = await program.run(
      new Map([
        ...parameters,
        [inputNames.pixels, { shape: [3, 3, 11, 11], data: prepared.pixels }],
        [inputNames.targets, { shape: [3, 3], data: prepared.targets }],
      ]),
    );
    await program.dispose();
    expect(host.get('loss')?.data[0]).toBeCloseTo(reference.loss, 6);
    const names = [...parameters.keys()];
    expect(names).toHaveLength(reference.norms.length);
    for (const [index, norm] of reference.norms.entries()) {
      const name = names[index] as string;
      const gradient = host.get(gradientName(name))?.data;
      expect(gradient === undefined, name).toBe(name.startsWith('vision_model.head.'));
      expect(Math.abs(Math.hypot(...(gradient ?? [])) - norm), name).toBeLessThan(2e-5 * norm + 1e-7);
    }
  });
});

it('keeps the pooling head only where the file has one', () => {
  const names = (poolingHead: boolean) =>
    parameterGroups({ ...config, poolingHead }).flatMap((group) => group.parameters.map(({ name }) => name));
  const own = names(true).filter((name) => !names(false).includes(name));
  expect(own).toHaveLength(11);
  expect(own.every((name) => name.startsWith('vision_model.head.'))).toBe(true);
});
