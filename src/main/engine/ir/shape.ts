import type { Shape } from './value';

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

/** A bug in graph-building code, found when the graph is built rather than when it runs. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Returns the shape of an elementwise result by NumPy's rule: align right; sizes are equal or one of them is 1. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(`${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** Returns the size of an axis, which must exist. */
export function dimension(shape: Shape, axis: number): number {
  const size = shape.at(axis);
  if (size === undefined) throw new ShapeError(`${formatShape(shape)} has no axis ${axis}`);
  return size;
}

/** Returns `shape` with `size` at `axis`. */
export function withDimension(shape: Shape, axis: number, size: number): Shape {
  dimension(shape, axis);
  return shape.with(axis, size);
}
