import { FoveaError } from '#shared/ipc/errors';
import type { Precision } from '#shared/models/precision';
import type { Backend, DeviceTensor, EngineDevice, Program } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import { sizeOf } from '../ir/shape';
import { quantizableWeights, quantizeLinears } from '../quantize/quantize-graph';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { buildVit } from '../vit/forward';
import { parameterGroups } from '../vit/parameters';
import { featureWidth, tokenCount } from '../vit/tokens';
import type { Classification, Classifier } from './classification';
import { feedParameters } from './feed-parameters';
import { requireParameters } from './flat-state';
import { padRows } from './micro-batch';
import { inputNames } from './program-names';
import { declareParameters, type ParameterLayout } from './programs';
import { createShrinkingClassifier } from './shrinking-classifier';

export interface ClassifierOptions {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Images per run; shorter batches are padded. */
  readonly batch: number;
  /** Whether to return the attention of every block. */
  readonly attentions: boolean;
  /** Whether to return the embeddings and the output of every block. */
  readonly hiddenStates?: boolean;
  /** `fp32` by default; `int8` requires onnxruntime's CPU kernels. */
  readonly precision?: Precision;
}

/**
 * Creates a trained model for prediction and for features at the frozen boundary. If memory runs out, it computes fewer
 * images at a time.
 *
 * @throws FoveaError `weights-mismatch`, `device-failed`, `precision-unavailable`
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const backend = createBackend(options);
  const { batch, device, config } = options;
  return createShrinkingClassifier((part) => createClassifierOn(backend, { ...options, batch: part }), {
    batch,
    imageLength: config.channels * config.imageSize ** 2,
    // On the CPU, running out of memory does not raise an error, so the parameters as read need not be kept for a
    // retry.
    shrinksOnlyAtCreation: device === 'cpu',
  });
}

export async function createClassifierOn(backend: Backend, options: ClassifierOptions): Promise<Classifier> {
  if (options.precision === 'int8') return createQuantizedClassifier(backend, options);
  const fed = await feedParameters(backend, parameterGroups(options.config), options.parameters);
  const program = await backend.compile(buildClassifier(options, fed.layout), new Set(), fed.constants);
  return new ProgramClassifier(options, program, fed.tensors, async () => {
    await program.dispose();
    await fed.release();
  });
}

async function createQuantizedClassifier(backend: Backend, options: ClassifierOptions): Promise<Classifier> {
  if (backend.device !== 'cpu') {
    throw new FoveaError('precision-unavailable', 'int8 runs on the CPU only.', {
      hint: 'Choose the CPU as device, or fp32.',
    });
  }
  const parameters = requireParameters(parameterGroups(options.config), options.parameters);
  const graph = buildClassifier(options, 'separate');
  const quantized = quantizeLinears(graph, quantizableWeights(options.config), parameters);
  const remaining = new Set(quantized.inputs.map(({ name }) => name));
  const constants = new Map([...parameters].filter(([name]) => remaining.has(name)));
  const program = await backend.compile(quantized, new Set(), constants);
  return new ProgramClassifier(options, program, new Map(), () => program.dispose());
}

const attentionName = (layer: number): string => `attentions.${layer}`;
const hiddenStateName = (layer: number): string => `hidden_states.${layer}`;

function buildClassifier(options: ClassifierOptions, layout: ParameterLayout): Graph {
  const { config, batch } = options;
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, parameterGroups(config), layout);
  const pixels = builder.input(inputNames.pixels, [batch, config.channels, config.imageSize, config.imageSize]);
  const values = buildVit(builder, config, parameter, pixels, options.attentions || options.hiddenStates);
  builder.output('logits', values.logits);
  builder.output('features', values.features);
  if (options.attentions) {
    values.attentions.forEach((value, layer) => {
      builder.output(attentionName(layer), value);
    });
  }
  if (options.hiddenStates) {
    values.hiddenStates.forEach((value, layer) => {
      builder.output(hiddenStateName(layer), value);
    });
  }
  return builder.build(`${config.family} classifier`);
}

class ProgramClassifier implements Classifier {
  private readonly options: Omit<ClassifierOptions, 'parameters'>;
  private readonly program: Program;
  private readonly parameters: ReadonlyMap<string, Tensor | DeviceTensor>;
  private readonly release: () => Promise<void>;

  constructor(
    { parameters: _, ...options }: ClassifierOptions,
    program: Program,
    parameters: ReadonlyMap<string, Tensor | DeviceTensor>,
    release: () => Promise<void>,
  ) {
    this.release = release;
    this.options = options;
    this.program = program;
    this.parameters = parameters;
  }

  async run(pixels: Float32Array, count: number): Promise<Classification> {
    const { config, batch, attentions, hiddenStates } = this.options;
    const { channels, imageSize, layers, heads, hiddenSize, classes } = config;
    const shape = [batch, channels, imageSize, imageSize];
    const data = padRows(pixels, count, batch, sizeOf(shape) / batch);
    const { host } = await this.program.run(new Map([...this.parameters, [inputNames.pixels, { shape, data }]]));
    const rows = (name: string, rowSize: number): Float32Array =>
      (host.get(name) as Tensor).data.subarray(0, count * rowSize);
    const tokens = tokenCount(config);
    return {
      logits: rows('logits', classes.length),
      features: rows('features', featureWidth(config)),
      attentions: Array.from({ length: attentions ? layers : 0 }, (_, layer) =>
        rows(attentionName(layer), heads * tokens * tokens),
      ),
      hiddenStates: Array.from({ length: hiddenStates ? layers + 1 : 0 }, (_, layer) =>
        rows(hiddenStateName(layer), tokens * hiddenSize),
      ),
    };
  }

  async dispose(): Promise<void> {
    await this.release();
  }
}
