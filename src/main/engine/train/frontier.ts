import type { EngineDevice, Program } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { GraphBuilder } from '../ir/builder';
import { sizeOf } from '../ir/shape';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { buildFrontier } from '../vit/forward';
import type { ParameterGroup } from '../vit/parameters';
import { tokenCount } from '../vit/tokens';
import { feedParameters } from './feed-parameters';
import { padRows } from './micro-batch';
import { firstGroups } from './model';
import { inputNames } from './program-names';
import { declareParameters, type ParameterLayout } from './programs';

export interface FrontierOptions {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Images per run; shorter batches are padded. */
  readonly batch: number;
  /** Index of the block whose inputs are computed. */
  readonly block: number;
}

/** The frozen part of a model whose last blocks are trained. */
export interface Frontier {
  /** Returns the inputs of the first trained block: [count, tokens x hidden]. */
  run(pixels: Float32Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Values of one image's frontier. */
export const frontierWidth = (config: VitConfig): number => tokenCount(config) * config.hiddenSize;

/**
 * Compiles the embeddings and the blocks before `block`.
 *
 * @throws FoveaError `weights-mismatch`, `device-failed`, `out-of-memory`
 */
export async function createFrontier(options: FrontierOptions): Promise<Frontier> {
  const { config, batch, block } = options;
  const backend = createBackend(options);
  const groups = firstGroups(config, block);
  const fed = await feedParameters(backend, groups, options.parameters);
  const graph = buildFrontierProgram(config, groups, batch, block, fed.layout);
  const program: Program = await backend.compile(graph, new Set(), fed.constants);
  const shape = [batch, config.channels, config.imageSize, config.imageSize];
  return {
    run: async (pixels, count) => {
      const data = padRows(pixels, count, batch, sizeOf(shape) / batch);
      const { host } = await program.run(new Map([...fed.tensors, [inputNames.pixels, { shape, data }]]));
      return (host.get('frontier') as Tensor).data.subarray(0, count * frontierWidth(config));
    },
    dispose: async () => {
      await program.dispose();
      await fed.release();
    },
  };
}

function buildFrontierProgram(
  config: VitConfig,
  groups: readonly ParameterGroup[],
  batch: number,
  block: number,
  layout: ParameterLayout,
) {
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, groups, layout);
  const pixels = builder.input(inputNames.pixels, [batch, config.channels, config.imageSize, config.imageSize]);
  const hidden = buildFrontier(builder, config, parameter, pixels, block);
  builder.output('frontier', builder.reshape(hidden, [batch, tokenCount(config), config.hiddenSize]));
  return builder.build(`${config.family} frontier`);
}
