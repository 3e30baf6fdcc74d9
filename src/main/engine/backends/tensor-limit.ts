import { FoveaError } from '#shared/ipc/errors';
import type { Graph } from '../ir/graph';
import { peakActivationBytes } from '../ir/peak-memory';
import { pruneGraph } from '../ir/prune';
import { formatShape, sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';
import { OUT_OF_MEMORY } from './out-of-memory';

/** The input whose first axis is the micro-batch. */
export const BATCH_INPUT = 'pixels';

/**
 * Exclusive upper bound on the size of a tensor: inside Electron, one allocation near 2 GiB kills the process silently.
 */
export const TENSOR_LIMIT_BYTES = 2 ** 30;

/**
 * Rejects a program with an input, output or intermediate tensor of 1 GiB or more. Called on every graph before it is
 * compiled.
 *
 * @throws FoveaError `out-of-memory`, with the largest batch that stays below the limit; a training session then
 *   continues in smaller parts
 */
export function checkTensorSizes(graph: Graph): void {
  const { inputs, nodes } = pruneGraph(graph);
  const shapes = [...inputs.map(({ value }) => value.shape), ...nodes.flatMap((node) => node.outputs.map(shapeOf))];
  const largest = shapes.reduce<Shape>((max, shape) => (sizeOf(shape) > sizeOf(max) ? shape : max), []);
  const bytes = 4 * sizeOf(largest);
  if (bytes < TENSOR_LIMIT_BYTES) return;
  const batch = inputs.find(({ name }) => name === BATCH_INPUT)?.value.shape[0] ?? 1;
  const fitting = Math.ceil((batch * TENSOR_LIMIT_BYTES) / bytes) - 1;
  throw new FoveaError(
    OUT_OF_MEMORY,
    `A batch of ${batch} needs a block of ${(bytes / TENSOR_LIMIT_BYTES).toFixed(1)} GiB ${formatShape(largest)} in ${graph.name}; the limit is 1 GiB per block.`,
    {
      hint:
        fitting >= 1
          ? `Set the batch size to ${fitting} or less; use more gradient accumulation to compensate.`
          : 'Not even one image fits. Choose a smaller image size or backbone.',
    },
  );
}

/**
 * onnxruntime's arena grows by blocks of 1, 2, 4, … MiB and allocates a block only when the previous ones are full: a
 * program that needs less than this never makes it allocate more than 512 MiB at once.
 */
const ARENA_LIMIT_BYTES = 2 ** 29;

/** Whether a program needs so little memory that the arena's blocks stay far below the limit of a single tensor. */
export function arenaStaysSmall(graph: Graph): boolean {
  const outputs = graph.outputs.reduce((sum, { value }) => sum + 4 * sizeOf(value.shape), 0);
  return peakActivationBytes(graph) + outputs < ARENA_LIMIT_BYTES;
}

const shapeOf = ({ shape }: { readonly shape: Shape }): Shape => shape;
