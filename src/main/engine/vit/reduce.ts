import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from './config';
import { blockPrefix, namesOf } from './names';
import { parameterGroups } from './parameters';

/** What a smaller model keeps of a larger one. */
export interface Reduction {
  /** Kept blocks, as indices into the larger model's. */
  readonly blocks: readonly number[];
  /** Kept units of each block's perceptron. */
  readonly intermediateSize: number;
}

/** Returns `count` indices of 0 … layers - 1 at equal distances, with the first and the last. */
export const spreadBlocks = (layers: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Math.round((index * (layers - 1)) / Math.max(1, count - 1)));

/**
 * Cuts whole blocks and units of perceptrons out of a model: the start of a student that is to be distilled from it
 * (structured pruning, as in Muralidharan et al. 2024, "Compact language models via pruning and knowledge
 * distillation"). Units are kept by the product of the norms of their incoming and outgoing weights, in their order.
 * Embeddings and final normalisation stay whole, so the student begins in the teacher's feature space.
 */
export function reduceModel(
  config: VitConfig,
  parameters: NamedTensors,
  { blocks, intermediateSize }: Reduction,
): { config: VitConfig; parameters: NamedTensors } {
  const { family } = config;
  const names = namesOf(family).block;
  const blockNames = Array.from({ length: config.layers }, (_, index) => `${blockPrefix(family, index)}.`);
  const isOfBlock = (name: string): boolean => blockNames.some((prefix) => name.startsWith(prefix));
  const kept = parameterGroups({ ...config, maskToken: false, poolingHead: false })
    .filter(({ name }) => name !== 'classifier')
    .flatMap((group) => group.parameters.map(({ name }) => name))
    .filter((name) => !isOfBlock(name));
  const reduced = new Map(kept.map((name) => [name, parameters.get(name) as Tensor]));
  for (const [index, block] of blocks.entries()) {
    const from = `${blockPrefix(family, block)}.`;
    const own = new Map(
      [...parameters]
        .filter(([name]) => name.startsWith(from))
        .map(([name, tensor]) => [name.slice(from.length), tensor] as const),
    );
    const tensor = (name: string): Tensor => own.get(name) as Tensor;
    const [expand, contract] = [names.expand, names.contract];
    const units = largestUnits(tensor(`${expand}.weight`), tensor(`${contract}.weight`), intermediateSize);
    own.set(`${expand}.weight`, takeRows(tensor(`${expand}.weight`), units));
    own.set(`${expand}.bias`, takeRows(tensor(`${expand}.bias`), units));
    own.set(`${contract}.weight`, takeColumns(tensor(`${contract}.weight`), units));
    for (const [name, value] of own) reduced.set(`${blockPrefix(family, index)}.${name}`, value);
  }
  return {
    config: {
      ...config,
      layers: blocks.length,
      intermediateSize,
      maskToken: false,
      ...(config.poolingHead === undefined ? {} : { poolingHead: false }),
      classes: [],
    },
    parameters: reduced,
  };
}

/** Returns the indices of the `count` units with the largest weights, ascending. */
function largestUnits(incoming: Tensor, outgoing: Tensor, count: number): readonly number[] {
  const [units, inputs] = incoming.shape as readonly [number, number];
  const outputs = outgoing.shape[0] as number;
  const importance = Array.from({ length: units }, (_, unit) => {
    let [ofIncoming, ofOutgoing] = [0, 0];
    for (let i = 0; i < inputs; i += 1) ofIncoming += (incoming.data[unit * inputs + i] as number) ** 2;
    for (let i = 0; i < outputs; i += 1) ofOutgoing += (outgoing.data[i * units + unit] as number) ** 2;
    return ofIncoming * ofOutgoing;
  });
  return Array.from({ length: units }, (_, unit) => unit)
    .sort((a, b) => (importance[b] as number) - (importance[a] as number) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}

function takeRows({ shape, data }: Tensor, rows: readonly number[]): Tensor {
  const width = data.length / (shape[0] as number);
  const taken = new Float32Array(rows.length * width);
  for (const [to, from] of rows.entries()) taken.set(data.subarray(from * width, (from + 1) * width), to * width);
  return { shape: [rows.length, ...shape.slice(1)], data: taken };
}

function takeColumns({ shape, data }: Tensor, columns: readonly number[]): Tensor {
  const [rows, width] = shape as readonly [number, number];
  const taken = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row += 1) {
    for (const [to, from] of columns.entries()) taken[row * columns.length + to] = data[row * width + from] as number;
  }
  return { shape: [rows, columns.length], data: taken };
}
