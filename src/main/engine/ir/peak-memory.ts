import { bytesPerElement } from './element-type';
import type { Graph } from './graph';
import { pruneGraph } from './prune';
import { sizeOf } from './shape';
import type { Value } from './value';

/**
 * Returns the peak number of bytes that a graph's values occupy if its nodes run in order and each value is freed after
 * its last use. Inputs and outputs belong to the caller and are not counted. A reshape shares its input's memory.
 */
export function peakActivationBytes(graph: Graph): number {
  const { nodes, inputs, outputs } = pruneGraph(graph);
  const owner = new Map<number, number>();
  const ownerOf = ({ id }: Value): number => owner.get(id) ?? id;
  const lastUse = new Map<number, number>();
  nodes.forEach((node, index) => {
    const [shared] = node.inputs;
    if (node.op === 'reshape' && shared) for (const { id } of node.outputs) owner.set(id, ownerOf(shared));
    for (const value of [...node.inputs, ...node.outputs]) lastUse.set(ownerOf(value), index);
  });

  const external = new Set([...inputs, ...outputs].map(({ value }) => ownerOf(value)));
  const sizes = new Map<number, number>();
  const freedAfter: number[][] = nodes.map(() => []);
  for (const [id, index] of lastUse) freedAfter[index]?.push(id);
  let live = 0;
  let peak = 0;
  nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      const id = ownerOf(output);
      if (external.has(id) || sizes.has(id) || node.op === 'reshape') continue;
      const bytes = bytesPerElement[output.elementType] * sizeOf(output.shape);
      sizes.set(id, bytes);
      live += bytes;
    }
    peak = Math.max(peak, live);
    for (const id of freedAfter[index] ?? []) live -= sizes.get(id) ?? 0;
  });
  return peak;
}
