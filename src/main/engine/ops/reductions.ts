import { dimension, ShapeError, sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';
import type { OpAttributes } from './attributes';
import { at, everywhere, type GradientContext, gradientAt, type LoweringContext, type OpRule } from './rule';

type Reduction = 'reduceSum' | 'reduceMean';

function reducedShape([x]: readonly Shape[], { axes, keepDimensions }: OpAttributes[Reduction]): readonly Shape[] {
  if (!x) throw new ShapeError('a reduction takes one input');
  for (const axis of axes) {
    if (axis < 0) throw new ShapeError('axes of a reduction count from 0');
    dimension(x, axis);
  }
  if (new Set(axes).size !== axes.length) throw new ShapeError('an axis is reduced twice');
  return [
    keepDimensions
      ? x.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : x.filter((_, axis) => !axes.includes(axis)),
  ];
}

/** Broadcasts dY over the reduced axes. */
function spread({ builder, inputs, attributes, gradients }: GradientContext<Reduction>) {
  const { shape } = at(inputs, 0);
  const kept = shape.map((size, axis) => (attributes.axes.includes(axis) ? 1 : size));
  return builder.expand(builder.reshape(gradientAt(gradients, 0), kept), shape);
}

function lowerReduction(type: string) {
  return everywhere<Reduction>(({ emitter, inputs, outputs, attributes }: LoweringContext<Reduction>) => {
    // ONNX interprets an empty list of axes as all axes.
    if (attributes.axes.length === 0) emitter.node('Identity', inputs, outputs);
    else
      emitter.node(type, [at(inputs, 0), emitter.integers(attributes.axes)], outputs, {
        keepdims: { kind: 'int', value: attributes.keepDimensions ? 1 : 0 },
      });
  });
}

export const reductions: { readonly [K in Reduction]: OpRule<K> } = {
  reduceSum: {
    shape: reducedShape,
    // d(sum x) = sum dx
    gradient: (context) => [spread(context)],
    lower: lowerReduction('ReduceSum'),
  },
  reduceMean: {
    shape: reducedShape,
    // d(mean x) = (sum dx) / n
    gradient: (context) => {
      const count = sizeOf(at(context.inputs, 0).shape) / sizeOf(at(context.outputs, 0).shape);
      return [context.builder.multiply(spread(context), context.builder.scalar(1 / count))];
    },
    lower: lowerReduction('ReduceMean'),
  },
};
