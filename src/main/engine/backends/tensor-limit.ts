import { FoveaError } from '#shared/ipc/errors';
import type { Graph } from '../ir/graph';
import { peakActivationBytes } from '../ir/peak-memory';
import { pruneGraph } from '../ir/prune';
import { formatShape, sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';
import { OUT_OF_MEMORY } from './out-of-memory';

/** The input whose first axis counts the images of a micro-batch. */
export const BATCH_INPUT = 'pixels';

/** No tensor may be as large as this: inside Electron one allocation near 2 GiB ends the process without a word. */
export const TENSOR_LIMIT_BYTES = 2 ** 30;

/**
 * Refuses a program that would hold a tensor of 1 GiB or more, be it an input, an output or anything between. Called
 * on each graph before it is compiled.
 *
 * @throws FoveaError `out-of-memory`, with the largest batch that stays below the limit; a training session goes on in
 * smaller parts then
 */
export function checkTensorSizes(graph: Graph): void {
  const { inputs, nodes } = pruneGraph(graph);
  const shapes = [...inputs.map(({ value }) => value.shape), ...nodes.flatMap((node) => node.outputs.map(shapeOf))];
  const largest = shapes.reduce<Shape>((known, shape) => (sizeOf(shape) > sizeOf(known) ? shape : known), []);
  const bytes = 4 * sizeOf(largest);
  if (bytes < TENSOR_LIMIT_BYTES) return;
  const batch = inputs.find(({ name }) => name === BATCH_INPUT)?.value.shape[0] ?? 1;
  const fitting = Math.ceil((batch * TENSOR_LIMIT_BYTES) / bytes) - 1;
  throw new FoveaError(
    OUT_OF_MEMORY,
    `A batch of ${batch} needs a block of ${(bytes / TENSOR_LIMIT_BYTES).toFixed(1)} GiB ${formatShape(largest)} in ${graph.name}; one block must stay below 1 GiB.`,
    {
      hint:
        fitting >= 1
          ? `Set the batch size to ${fitting} or less; more gradient accumulation makes up for it.`
          : 'Choose a smaller image size or a smaller backbone: not even one image fits.',
    },
  );
}

/**
 * onnxruntime's arena grows by blocks of 1, 2, 4, … MiB, and takes a block only where the ones before it are full: a
 * program that needs less than this never makes it take more than 512 MiB at once.
 */
const ARENA_LIMIT_BYTES = 2 ** 29;

/** True where a program needs so little that the arena's blocks stay far below the limit of one tensor. */
export function arenaStaysSmall(graph: Graph): boolean {
  const outputs = graph.outputs.reduce((sum, { value }) => sum + 4 * sizeOf(value.shape), 0);
  return peakActivationBytes(graph) + outputs < ARENA_LIMIT_BYTES;
}

const shapeOf = ({ shape }: { readonly shape: Shape }): Shape => shape;
