import { FoveaError } from '#shared/ipc/errors';
import type { Precision } from '#shared/models/precision';
import { RESEARCH_USE } from '#shared/research-use';
import { GraphBuilder } from '../ir/builder';
import { lowerGraph } from '../onnx/lower';
import { quantizableWeights, quantizeLinears } from '../quantize/quantize-graph';
import type { NamedTensors } from '../tensor';
import { packGroups, viewParameters } from '../train/flat-state';
import { declareParameters } from '../train/programs';
import type { VitConfig } from '../vit/config';
import { buildVit } from '../vit/forward';
import { isUsed, parameterCount, parameterGroups } from '../vit/parameters';

export interface InferenceExport {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** The recorded preprocessing, stored as JSON next to the classes. */
  readonly pipeline: unknown;
  /** `fp32` by default. */
  readonly precision?: Precision;
}

/** Protocol buffers are limited to 2 GiB; the graph itself takes less than this margin. */
const MAXIMUM_WEIGHT_BYTES = 2 ** 31 - 16 * 2 ** 20;
/** The placeholder is a prime beyond any size in a model. */
const BATCH = { placeholder: 1_000_003, name: 'batch' };

/**
 * Returns a trained model as one ONNX file that uses only standard operators. Input: `pixel_values` [batch, 3, height,
 * width] as produced by the recorded pipeline, with any batch size. Outputs: `logits` and `probabilities` [batch,
 * classes]. The metadata hold `classes` and `pipeline` as JSON, and `research_use` as text.
 *
 * @throws FoveaError `export-too-large`, `weights-mismatch`
 */
export function exportInferenceOnnx({ config, parameters, pipeline, precision = 'fp32' }: InferenceExport): Uint8Array {
  const groups = parameterGroups(config).filter(isUsed);
  if (parameterCount(groups) * 4 > MAXIMUM_WEIGHT_BYTES) {
    throw new FoveaError('export-too-large', 'The model is larger than the 2 GB limit of an ONNX file.', {
      hint: 'Export the Hugging Face folder instead.',
    });
  }
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, groups, 'separate');
  const { channels, imageSize } = config;
  const pixels = builder.input('pixel_values', [BATCH.placeholder, channels, imageSize, imageSize]);
  const { logits } = buildVit(builder, config, parameter, pixels);
  builder.output('logits', logits);
  builder.output('probabilities', builder.softmax(logits));
  const weights = viewParameters(groups, packGroups(groups, parameters));
  const graph = builder.build(config.family);
  const exported = precision === 'int8' ? quantizeLinears(graph, quantizableWeights(config), weights) : graph;
  return lowerGraph(exported, {
    // No Microsoft operators, so that other runtimes can read the file.
    dialect: 'webgpu',
    initializers: new Map([...weights].map(([name, { data }]) => [name, data])),
    metadata: {
      classes: JSON.stringify(config.classes),
      pipeline: JSON.stringify(pipeline),
      research_use: RESEARCH_USE,
    },
    freeBatch: BATCH,
  });
}
