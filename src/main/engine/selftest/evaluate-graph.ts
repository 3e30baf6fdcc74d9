import { roundToFloat16 } from '../half';
import type { Graph, Node } from '../ir/graph';
import { pruneGraph } from '../ir/prune';
import type { Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import { definitionOf } from './op-definitions';
import type { ReferenceArray } from './reference-array';

/** Computes the outputs of one node by its definition. */
export function evaluateNode<K extends OpName>(
  node: Node<K>,
  get: (value: Value) => ReferenceArray,
): readonly ReferenceArray[] {
  return definitionOf(node.op)(node.inputs.map(get), node.attributes);
}

/**
 * Evaluates a whole graph in double precision, node by node, by the definitions of its operations: the reference for
 * every backend. Values in float16 are rounded to it.
 *
 * @param inputs by the names of the graph's inputs
 * @param round applied to every other element that a node computes; `Math.fround` shows how far float32 may stray
 * @returns outputs by name
 */
export function evaluateGraph(
  graph: Graph,
  inputs: ReadonlyMap<string, ReferenceArray>,
  round?: (x: number) => number,
): ReadonlyMap<string, ReferenceArray> {
  const values = new Map<number, ReferenceArray>();
  const get = ({ id }: Value): ReferenceArray => {
    const value = values.get(id);
    if (!value) throw new Error(`${graph.name} uses value ${id} before it is computed`);
    return value;
  };
  for (const { name, value } of graph.inputs) {
    const input = inputs.get(name);
    if (!input) throw new Error(`${graph.name} was not given ${name}`);
    values.set(value.id, input);
  }
  for (const node of pruneGraph(graph).nodes) {
    const results = evaluateNode(node, get);
    node.outputs.forEach(({ id, elementType }, index) => {
      const { shape, data } = results[index] as ReferenceArray;
      const rounding = elementType === 'float16' ? roundToFloat16 : round;
      values.set(id, { shape, data: rounding ? data.map(rounding) : data });
    });
  }
  return new Map(graph.outputs.map(({ name, value }) => [name, get(value)]));
}
