import { broadcastShapes, dimension, ShapeError, sameShape, sizeOf, withDimension } from '../ir/shape';
import type { Shape } from '../ir/value';
import { at, type Emitter, everywhere, gradientAt, type OpRule } from './rule';

type Layout = 'constant' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat' | 'expand';

function only(shapes: readonly Shape[]): Shape {
  if (shapes.length !== 1) throw new ShapeError('takes one input');
  return at(shapes, 0);
}

/** GPU kernels accept only a few buffers, so long lists are joined in groups of this size. */
const CONCAT_GROUP = 7;

function concatInGroups(emitter: Emitter, inputs: readonly string[], outputs: readonly string[], axis: number): void {
  let parts = [...inputs];
  const attributes = { axis: { kind: 'int', value: axis } } as const;
  while (parts.length > CONCAT_GROUP) {
    const joined: string[] = [];
    for (let start = 0; start < parts.length; start += CONCAT_GROUP) {
      const group = parts.slice(start, start + CONCAT_GROUP);
      joined.push(group.length === 1 ? at(group, 0) : emitter.node('Concat', group, 1, attributes)[0]);
    }
    parts = joined;
  }
  emitter.node('Concat', parts, outputs, attributes);
}

export const layout: { readonly [K in Layout]: OpRule<K> } = {
  constant: {
    shape: (_, { shape, data }) => {
      if (sizeOf(shape) !== data.length) throw new ShapeError('the shape of a constant does not match its data');
      return [shape];
    },
    gradient: () => [],
    lower: everywhere(({ emitter, attributes, outputs }) => {
      emitter.node('Identity', [emitter.tensor(attributes.shape, attributes.data)], outputs);
    }),
  },

  reshape: {
    shape: (shapes, { shape }) => {
      if (sizeOf(only(shapes)) !== sizeOf(shape)) throw new ShapeError('reshape changes the number of elements');
      return [shape];
    },
    gradient: ({ builder, inputs, gradients }) => [builder.reshape(gradientAt(gradients, 0), at(inputs, 0).shape)],
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      emitter.node('Reshape', [at(inputs, 0), emitter.targetShape(attributes.shape)], outputs);
    }),
  },

  transpose: {
    shape: (shapes, { permutation }) => {
      const x = only(shapes);
      if (
        !sameShape(
          [...permutation].sort((a, b) => a - b),
          [...x.keys()],
        )
      ) {
        throw new ShapeError('transpose takes every axis once');
      }
      return [permutation.map((axis) => dimension(x, axis))];
    },
    // by the inverse permutation
    gradient: ({ builder, attributes: { permutation }, gradients }) => [
      builder.transpose(
        gradientAt(gradients, 0),
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ],
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      emitter.node('Transpose', inputs, outputs, { perm: { kind: 'ints', value: attributes.permutation } });
    }),
  },

  /** x[start:end] along one axis. */
  slice: {
    shape: (shapes, { axis, start, end }) => {
      const x = only(shapes);
      if (start < 0 || end <= start || end > dimension(x, axis)) throw new ShapeError('slice is out of range');
      return [withDimension(x, axis, end - start)];
    },
    // zeros outside of the slice
    gradient: ({ builder, inputs, attributes: { axis, start, end }, gradients }) => [
      builder.pad(gradientAt(gradients, 0), axis, start, dimension(at(inputs, 0).shape, axis) - end),
    ],
    lower: everywhere(({ emitter, inputs, outputs, attributes: { axis, start, end } }) => {
      const [starts, ends, axes] = [[start], [end], [axis]].map((list) => emitter.integers(list));
      emitter.node('Slice', [at(inputs, 0), starts as string, ends as string, axes as string], outputs);
    }),
  },

  /** Zeros before and after along one axis. */
  pad: {
    shape: (shapes, { axis, before, after }) => {
      const x = only(shapes);
      if (before < 0 || after < 0) throw new ShapeError('pad cannot cut');
      return [withDimension(x, axis, dimension(x, axis) + before + after)];
    },
    // the slice that is not padding
    gradient: ({ builder, inputs, attributes: { axis, before }, gradients }) => [
      builder.slice(gradientAt(gradients, 0), axis, before, before + dimension(at(inputs, 0).shape, axis)),
    ],
    lower: everywhere(({ emitter, inputs, inputShapes, outputs, attributes: { axis, before, after } }) => {
      const rank = at(inputShapes, 0).length;
      const amounts = Array<number>(2 * rank)
        .fill(0)
        .with(axis, before)
        .with(rank + axis, after);
      emitter.node('Pad', [at(inputs, 0), emitter.integers(amounts)], outputs);
    }),
  },

  concat: {
    shape: (shapes, { axis }) => {
      const first = shapes[0];
      if (!first) throw new ShapeError('concat takes at least one input');
      let size = 0;
      for (const shape of shapes) {
        if (!sameShape(withDimension(shape, axis, 0), withDimension(first, axis, 0))) {
          throw new ShapeError('shapes of concat differ outside of the axis');
        }
        size += dimension(shape, axis);
      }
      return [withDimension(first, axis, size)];
    },
    // each input takes its slice
    gradient: ({ builder, inputs, attributes: { axis }, gradients, wanted }) => {
      let start = 0;
      return inputs.map(({ shape }, index) => {
        const end = start + dimension(shape, axis);
        const part = wanted[index] ? builder.slice(gradientAt(gradients, 0), axis, start, end) : null;
        start = end;
        return part;
      });
    },
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      concatInGroups(emitter, inputs, outputs, attributes.axis);
    }),
  },

  /** Broadcast to a shape. */
  expand: {
    shape: (shapes, { shape }) => {
      if (!sameShape(broadcastShapes(only(shapes), shape), shape))
        throw new ShapeError('expand cannot reach the shape');
      return [shape];
    },
    // `backward` sums over the broadcast axes
    gradient: ({ gradients }) => [gradientAt(gradients, 0)],
    lower: everywhere(({ emitter, inputs, outputs, attributes }) => {
      emitter.node('Expand', [at(inputs, 0), emitter.integers(attributes.shape)], outputs);
    }),
  },
};
