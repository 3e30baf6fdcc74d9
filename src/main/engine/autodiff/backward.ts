import type { GraphBuilder } from '../ir/builder';
import type { Node } from '../ir/graph';
import { sameShape } from '../ir/shape';
import type { Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import { ruleOf } from '../ops/table';
import { unbroadcast } from './unbroadcast';

/**
 * Reverse-mode differentiation: appends to `builder` the nodes that compute d loss / d parameter and returns one
 * gradient per parameter, with the parameter's shape. Walks the nodes backwards once and skips those that no parameter
 * feeds into, so a frozen backbone costs nothing.
 *
 * @param loss a scalar []
 * @throws Error if the loss does not depend on a parameter
 */
export function backward(builder: GraphBuilder, loss: Value, parameters: readonly Value[]): readonly Value[] {
  if (loss.shape.length > 0) throw new Error('only a scalar loss can be differentiated');
  const forward = [...builder.nodes];
  const wanted = new Set(parameters.map(({ id }) => id));
  for (const { inputs, outputs } of forward) {
    if (inputs.some(({ id }) => wanted.has(id))) for (const { id } of outputs) wanted.add(id);
  }

  const gradients = new Map<number, Value>([[loss.id, builder.scalar(1)]]);
  for (const node of forward.reverse()) {
    if (!node.inputs.some(({ id }) => wanted.has(id))) continue;
    if (!node.outputs.some(({ id }) => gradients.has(id))) continue;
    const inputGradients = applyGradientRule(builder, node, gradients, wanted);
    node.inputs.forEach((input, index) => {
      const gradient = inputGradients[index];
      if (!gradient || !wanted.has(input.id)) return;
      const reduced = unbroadcast(builder, gradient, input.shape);
      const previous = gradients.get(input.id);
      gradients.set(input.id, previous ? builder.add(previous, reduced) : reduced);
    });
  }

  return parameters.map(({ id, shape }) => {
    const gradient = gradients.get(id);
    if (!gradient || !sameShape(gradient.shape, shape)) throw new Error(`the loss does not depend on value ${id}`);
    return gradient;
  });
}

function applyGradientRule<K extends OpName>(
  builder: GraphBuilder,
  node: Node<K>,
  gradients: ReadonlyMap<number, Value>,
  wanted: ReadonlySet<number>,
): readonly (Value | null)[] {
  return ruleOf(node.op).gradient({
    builder,
    attributes: node.attributes,
    inputs: node.inputs,
    outputs: node.outputs,
    gradients: node.outputs.map(({ id }) => gradients.get(id) ?? null),
    wanted: node.inputs.map(({ id }) => wanted.has(id)),
  });
}
