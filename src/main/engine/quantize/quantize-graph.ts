import type { Graph, Node } from '../ir/graph';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { parameterGroups } from '../vit/parameters';
import { quantizeWeight } from './quantized-matrix';

/**
 * Returns the names of the weights that int8 inference quantises: the linear layers of the encoder's blocks. The patch
 * embedding and the classifier stay float32: they make up 3 % of the products of a ViT-Ti, and would cause most of the
 * difference that int8 makes (docs/engine.md).
 */
export function quantizableWeights(config: VitConfig): ReadonlySet<string> {
  const blocks = parameterGroups(config).filter(({ name }) => name.startsWith('block.'));
  const weights = blocks.flatMap(({ parameters }) => parameters.filter(({ shape }) => shape.length === 2));
  return new Set(weights.map(({ name }) => name));
}

/**
 * Returns the graph with the linear layers of the weights `names`, which must be graph inputs, computed in int8. Their
 * values from `weights` become part of the graph, so those inputs are removed.
 */
export function quantizeLinears(graph: Graph, names: ReadonlySet<string>, weights: NamedTensors): Graph {
  const byValue = new Map<number, Tensor>();
  for (const { name, value } of graph.inputs) {
    if (names.has(name)) byValue.set(value.id, { shape: value.shape, data: (weights.get(name) as Tensor).data });
  }
  const nodes = graph.nodes.map((node): Node => {
    const weight =
      node.op === 'linear' && node.attributes.scale === 1 ? byValue.get(node.inputs[1]?.id as number) : undefined;
    if (weight === undefined) return node;
    return {
      op: 'quantizedLinear',
      attributes: quantizeWeight(weight),
      inputs: node.inputs.toSpliced(1, 1),
      outputs: node.outputs,
    };
  });
  return { ...graph, nodes, inputs: graph.inputs.filter(({ value }) => !byValue.has(value.id)) };
}
