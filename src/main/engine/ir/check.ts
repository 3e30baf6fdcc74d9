import type { OpName } from '../ops/attributes';
import { ruleOf } from '../ops/table';
import type { Graph, Node } from './graph';
import { outputType } from './output-type';
import { formatShape, ShapeError, sameShape } from './shape';

/**
 * Checks that a graph is well formed: every value is defined once and before its use, and every shape and type matches
 * what its operation's rule derives. Called on each graph before it is lowered.
 *
 * @throws ShapeError
 */
export function checkGraph(graph: Graph): void {
  const defined = new Set<number>();
  const define = (id: number): void => {
    if (defined.has(id)) throw new ShapeError(`${graph.name}: value ${id} is defined twice`);
    defined.add(id);
  };
  for (const { value } of graph.inputs) define(value.id);
  for (const node of graph.nodes) {
    for (const { id } of node.inputs) {
      if (!defined.has(id)) throw new ShapeError(`${graph.name}: ${node.op} uses value ${id} before it is defined`);
    }
    checkShapes(graph.name, node);
    for (const { id } of node.outputs) define(id);
  }
  for (const { name, value } of graph.outputs) {
    if (!defined.has(value.id)) throw new ShapeError(`${graph.name}: output ${name} is never computed`);
  }
}

function checkShapes<K extends OpName>(name: string, node: Node<K>): void {
  const derived = ruleOf(node.op).shape(
    node.inputs.map((input) => input.shape),
    node.attributes,
  );
  const matches =
    derived.length === node.outputs.length &&
    derived.every((shape, index) => sameShape(shape, node.outputs[index]?.shape ?? []));
  if (!matches) {
    throw new ShapeError(
      `${name}: ${node.op} says ${node.outputs.map((o) => formatShape(o.shape)).join(' ')} but derives ${derived.map(formatShape).join(' ')}`,
    );
  }
  const type = outputType(
    node.op,
    node.attributes,
    node.inputs.map((input) => input.elementType),
  );
  const other = node.outputs.find(({ elementType }) => elementType !== type);
  if (other) throw new ShapeError(`${name}: ${node.op} says ${other.elementType} but derives ${type}`);
}
