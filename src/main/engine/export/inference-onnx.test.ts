import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Precision } from '#shared/models/precision';
import { onnxruntime } from '../backends/onnxruntime-library';
import { elementTypes } from '../onnx/codes';
import { ModelProtoSchema } from '../onnx/onnx.generated';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import { createClassifier } from '../train/classifier';
import { noDropout, type VitConfig } from '../vit/config';
import { initialiseParameters } from '../vit/initialise';
import { parameterGroups } from '../vit/parameters';
import { exportInferenceOnnx } from './inference-onnx';

const config: VitConfig = {
  family: 'vit',
  imageSize: 16,
  patchSize: 8,
  channels: 3,
  hiddenSize: 12,
  layers: 2,
  heads: 3,
  intermediateSize: 20,
  layerNormEpsilon: 1e-12,
  qkvBias: true,
  registerTokens: 0,
  maskToken: false,
  dropout: noDropout,
  classes: ['benign', 'malignant'],
};
const parametersOf = (model: VitConfig) => {
  const specs = parameterGroups(model).flatMap((group) => group.parameters);
  const drawn = [...initialiseParameters(specs, 3)];
  return new Map(drawn.map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => 10 * x) }]));
};
const parameters = parametersOf(config);
const families: readonly VitConfig[] = [
  config,
  { ...config, family: 'deit' },
  { ...config, family: 'dinov2', maskToken: true },
  { ...config, family: 'dinov2_with_registers', registerTokens: 2, maskToken: true },
  // The last two pixels of each side fill no patch.
  { ...config, family: 'siglip', poolingHead: true, patchSize: 7 },
];

describe('exportInferenceOnnx', () => {
  const model = exportInferenceOnnx({ config, parameters, pipeline: { version: 1 } });

  it.each(families.flatMap((one) => [1, 5].map((count) => [one.family, count, one] as const)))(
    '%s agrees with the classifier, for %i images',
    async (_, count, family) => {
      const weights = parametersOf(family);
      const bytes = exportInferenceOnnx({ config: family, parameters: weights, pipeline: null });
      const random = createRandom(4);
      const pixels = Float32Array.from({ length: count * 3 * 16 * 16 }, () => normal(random));
      const classifier = await createClassifier({
        config: family,
        parameters: weights,
        device: 'cpu',
        threads: 1,
        batch: count,
        attentions: false,
      });
      const expected = (await classifier.run(pixels, count)).logits;
      await classifier.dispose();

      const session = await onnxruntime.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
      const result = await session.run({ pixel_values: new onnxruntime.Tensor('float32', pixels, [count, 3, 16, 16]) });
      await session.release();
      expect(result['logits']?.dims).toEqual([count, 2]);
      expect(relativeError(result['logits']?.data as Float32Array, expected)).toBeLessThan(1e-5);
      const probabilities = result['probabilities']?.data as Float32Array;
      for (let row = 0; row < count; row += 1) {
        const [a, b] = [expected[2 * row] as number, expected[2 * row + 1] as number];
        expect(probabilities[2 * row]).toBeCloseTo(1 / (1 + Math.exp(b - a)), 5);
      }
    },
  );

  it('records classes and preprocessing, and uses standard operators only', () => {
    const { metadataProps, graph } = fromBinary(ModelProtoSchema, model);
    const metadata = new Map(metadataProps.map(({ key, value }) => [key, value]));
    expect(JSON.parse(metadata.get('classes') ?? '')).toEqual(['benign', 'malignant']);
    expect(JSON.parse(metadata.get('pipeline') ?? '')).toEqual({ version: 1 });
    expect(metadata.get('research_use')).toBe('Research use only: not for diagnosis or treatment.');
    expect(graph?.node.filter(({ domain }) => domain !== '')).toEqual([]);
    expect(graph?.input.map(({ name }) => name)).toEqual(['pixel_values']);
  });

  it('computes the linear layers of the blocks in int8 on request, with standard operators', async () => {
    const int8 = fromBinary(
      ModelProtoSchema,
      exportInferenceOnnx({ config, parameters, pipeline: null, precision: 'int8' }),
    );
    const count = (type: string) => int8.graph?.node.filter(({ opType }) => opType === type).length;
    expect(int8.graph?.node.filter(({ domain }) => domain !== '')).toEqual([]);
    // Query, key, value, output and the perceptron's two, in two blocks; patch embedding and classifier stay fp32.
    expect(count('MatMulInteger')).toBe(12);
    expect(count('Gemm')).toBe(2);
    const weights = int8.graph?.initializer.filter(({ dataType }) => dataType === elementTypes.int8) ?? [];
    const bytes = weights.reduce((sum, { rawData }) => sum + rawData.length, 0);
    expect(bytes).toBe(2 * (4 * 12 * 12 + 2 * 12 * 20));
    const floats = int8.graph?.initializer.filter(({ dataType }) => dataType === elementTypes.float32) ?? [];
    expect(floats.some(({ name }) => name.includes('query.weight'))).toBe(false);
  });

  it.each(families.map((one) => [one.family, one] as const))(
    '%s in int8: file and classifier agree',
    async (_, family) => {
      const weights = parametersOf(family);
      const options = { config: family, parameters: weights };
      const bytes = exportInferenceOnnx({ ...options, pipeline: null, precision: 'int8' });
      const random = createRandom(4);
      const pixels = Float32Array.from({ length: 3 * 3 * 16 * 16 }, () => normal(random));
      const logitsOf = async (precision: Precision) => {
        const place = { device: 'cpu', threads: 1, batch: 3, attentions: false } as const;
        const classifier = await createClassifier({ ...options, ...place, precision });
        const { logits } = await classifier.run(pixels, 3);
        await classifier.dispose();
        return logits;
      };
      const session = await onnxruntime.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
      const result = await session.run({ pixel_values: new onnxruntime.Tensor('float32', pixels, [3, 3, 16, 16]) });
      await session.release();
      const own = await logitsOf('int8');
      expect(relativeError(result['logits']?.data as Float32Array, own)).toBeLessThan(1e-5);
      // Rounding to 8 bits is noticeable but small.
      const error = relativeError(own, await logitsOf('fp32'));
      expect(error).toBeGreaterThan(1e-4);
      expect(error).toBeLessThan(0.2);
    },
  );

  it('says where int8 is not supported', async () => {
    const place = { device: 'tfjs', threads: 1, batch: 1, attentions: false } as const;
    await expect(createClassifier({ config, parameters, ...place, precision: 'int8' })).rejects.toMatchObject({
      code: 'precision-unavailable',
    });
  });

  it('rejects what an ONNX file cannot hold', () => {
    const huge = { ...config, hiddenSize: 3 * 2048, intermediateSize: 4 * 6144, layers: 2 };
    expect(() => exportInferenceOnnx({ config: huge, parameters, pipeline: null })).toThrow(/2 GB/);
  });

  it('rejects weights that do not fit the configuration', () => {
    expect(() => exportInferenceOnnx({ config: { ...config, layers: 3 }, parameters, pipeline: null })).toThrow(
      expect.objectContaining({ code: 'weights-mismatch' }),
    );
  });
});
