import type { Graph, Node } from './graph';
import { dimension, sizeOf } from './shape';

/** Counts the multiply-accumulate operations of a graph's matrix products; all other operations count as zero. */
export function countMultiplyAccumulates(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + countNode(node), 0);
}

function countNode(node: Node): number {
  switch (node.op) {
    case 'linear': {
      const [x, weight] = node.inputs.map(({ shape }) => shape) as [readonly number[], readonly number[]];
      return sizeOf(x) * dimension(weight, 0);
    }
    case 'quantizedLinear':
      return sizeOf(node.inputs[0]?.shape ?? []) * node.attributes.columns;
    case 'matmul': {
      const a = node.inputs[0]?.shape ?? [];
      const output = node.outputs[0]?.shape ?? [];
      return sizeOf(output) * dimension(a, node.attributes.transposeA ? -2 : -1);
    }
    case 'attention': {
      const [query, , value] = node.inputs.map(({ shape }) => shape) as [readonly number[], unknown, readonly number[]];
      const probabilities = node.outputs[1]?.shape ?? [];
      return sizeOf(probabilities) * (dimension(query, -1) + dimension(value, -1));
    }
    default:
      return 0;
  }
}
