import { broadcastShapes, dimension, ShapeError, sameShape, sizeOf, withDimension } from '../ir/shape';
import type { Shape } from '../ir/value';
import { elementTypes } from '../onnx/codes';
import { at, type Emitter, everywhere, gradientAt, type OpRule } from './rule';

type Layout = 'constant' | 'reshape' | 'transpose' | 'slice' | 'pad' | 'concat' | 'expand' | 'gatherRows';

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

  /**
   * Selects rows of each image: y[b, i] = x[b, indices[b, i]]; x [batch, rows, width], indices [batch, selected]. The
   * gradient requires that no row is selected twice, and a third input [batch, rows], the inverse of the selection: 1 +
   * i for the row that is selected as y[b, i], 0 for a row that is not.
   */
  gatherRows: {
    shape: ([x, indices, inverse, ...rest]) => {
      if (!x || !indices || rest.length > 0) throw new ShapeError('gatherRows takes two or three inputs');
      const [batch, rows, width] = x;
      if (batch === undefined || rows === undefined || width === undefined || x.length !== 3)
        throw new ShapeError('gatherRows takes rows of images');
      if (indices.length !== 2 || indices[0] !== batch) throw new ShapeError('gatherRows takes indices of each image');
      if (inverse && !sameShape(inverse, [batch, rows]))
        throw new ShapeError('the inverse of gatherRows has another size');
      return [[batch, dimension(indices, 1), width]];
    },
    // dx[b, r] = dy[b, inverse[b, r] - 1], or 0: dy with a row of zeros in front, gathered by the inverse
    gradient: ({ builder, inputs, gradients, wanted }) => {
      const inverse = inputs[2];
      if (!wanted[0]) return inputs.map(() => null);
      if (!inverse) throw new Error('gatherRows has no gradient without the inverse of the selection');
      const padded = builder.pad(gradientAt(gradients, 0), 1, 1, 0);
      return [builder.gatherRows(padded, inverse), null, null];
    },
    // One Gather over the rows of all images: providers differ in what else they support.
    lower: everywhere(({ emitter, inputs, inputShapes, outputs, outputShapes }) => {
      const [batch, rows, width] = at(inputShapes, 0) as readonly [number, number, number];
      const offsets = emitter.tensor(
        [batch, 1],
        Float32Array.from({ length: batch }, (_, image) => image * rows),
      );
      const [shifted] = emitter.node('Add', [at(inputs, 1), offsets], 1);
      const [whole] = emitter.node('Cast', [shifted], 1, { to: { kind: 'int', value: elementTypes.int32 } });
      const [places] = emitter.node('Reshape', [whole, emitter.integers([-1])], 1);
      const [all] = emitter.node('Reshape', [at(inputs, 0), emitter.integers([batch * rows, width])], 1);
      const [selected] = emitter.node('Gather', [all, places], 1, { axis: { kind: 'int', value: 0 } });
      emitter.node('Reshape', [selected, emitter.integers(at(outputShapes, 0))], outputs);
    }),
  },
};
