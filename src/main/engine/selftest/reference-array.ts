import { broadcastShapes, sizeOf } from '../ir/shape';
import type { Shape } from '../ir/value';

/** A row-major array in double precision, on which the definitions of the operations are computed. */
export interface ReferenceArray {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Returns the index along each axis at a flat position. */
export function unravel(position: number, shape: Shape): number[] {
  const index = Array<number>(shape.length).fill(0);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] as number;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

/** Returns the element at an index; axes of size 1 repeat, and missing leading axes count as 1. */
export function elementAt({ shape, data }: ReferenceArray, index: readonly number[]): number {
  const extra = index.length - shape.length;
  const position = shape.reduce(
    (flat, size, axis) => flat * size + (size === 1 ? 0 : (index[axis + extra] as number)),
    0,
  );
  return data[position] as number;
}

/** Builds an array from a function of the index. */
export function fromIndex(shape: Shape, element: (index: number[]) => number): ReferenceArray {
  return {
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, position) => element(unravel(position, shape))),
  };
}

export function mapUnary(x: ReferenceArray, f: (x: number) => number): ReferenceArray {
  return { shape: x.shape, data: x.data.map(f) };
}

export function mapBinary(a: ReferenceArray, b: ReferenceArray, f: (a: number, b: number) => number): ReferenceArray {
  return fromIndex(broadcastShapes(a.shape, b.shape), (index) => f(elementAt(a, index), elementAt(b, index)));
}

/** Sums over all indices along the given axes. */
export function sumOver(x: ReferenceArray, axes: readonly number[], keepDimensions: boolean): ReferenceArray {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const result = new Float64Array(sizeOf(kept));
  x.data.forEach((value, position) => {
    const flat = unravel(position, x.shape).reduce(
      (sum, i, axis) => sum * (kept[axis] as number) + (kept[axis] === 1 ? 0 : i),
      0,
    );
    result[flat] = (result[flat] as number) + value;
  });
  return { shape: keepDimensions ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), data: result };
}

export function swapLast(x: ReferenceArray): ReferenceArray {
  const shape = [...x.shape.slice(0, -2), x.shape.at(-1) as number, x.shape.at(-2) as number];
  return fromIndex(shape, (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    return elementAt(x, [...index.slice(0, -2), column, row]);
  });
}

/** Multiplies over the last two axes, by definition. */
export function multiplyMatrices(a: ReferenceArray, b: ReferenceArray): ReferenceArray {
  const inner = a.shape.at(-1) as number;
  return fromIndex([...a.shape.slice(0, -1), b.shape.at(-1) as number], (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    const leading = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k += 1)
      sum += elementAt(a, [...leading, row, k]) * elementAt(b, [...leading, k, column]);
    return sum;
  });
}

export function softmaxRows(x: ReferenceArray): ReferenceArray {
  const exponentials = mapUnary(x, Math.exp);
  const sums = sumOver(exponentials, [x.shape.length - 1], true);
  return mapBinary(exponentials, sums, (a, b) => a / b);
}

/**
 * Computes erf to double precision: by its Maclaurin series (Abramowitz and Stegun 7.1.5) where that converges fast,
 * otherwise by the continued fraction of erfc (7.1.14).
 */
export function erf(x: number): number {
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - upperTail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** erfc(x) for x > 2. */
function upperTail(x: number): number {
  let fraction = x;
  for (let k = 60; k >= 1; k -= 1) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
