import type { GraphBuilder } from '../ir/builder';
import type { Shape, Value } from '../ir/value';

/**
 * Sums a gradient down to the shape its operand had before broadcasting: the transpose of broadcasting, and the only
 * code in the engine that has to know about it.
 */
export function unbroadcast(builder: GraphBuilder, gradient: Value, shape: Shape): Value {
  const extra = gradient.shape.length - shape.length;
  const axes = [...gradient.shape.keys()].filter(
    (axis) => axis < extra || (shape[axis - extra] === 1 && gradient.shape[axis] !== 1),
  );
  const summed = axes.length > 0 ? builder.reduceSum(gradient, axes, true) : gradient;
  return builder.reshape(summed, shape);
}
