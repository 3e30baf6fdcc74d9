import { withDimension } from '../ir/shape';
import type { Shape } from '../ir/value';
import type { OpAttributes, OpName } from '../ops/attributes';
import { at } from '../ops/rule';
import {
  elementAt,
  erf,
  fromIndex,
  mapBinary,
  mapUnary,
  multiplyMatrices,
  type ReferenceArray,
  softmaxRows,
  sumOver,
  swapLast,
} from './reference-array';

/** Computes an operation in double precision. */
type Definition<K extends OpName> = (
  inputs: readonly ReferenceArray[],
  attributes: OpAttributes[K],
) => readonly ReferenceArray[];

type Elementwise = Definition<'add' | 'exp'>;

const unary =
  (f: (x: number) => number): Elementwise =>
  (inputs) => [mapUnary(at(inputs, 0), f)];

const binary =
  (f: (a: number, b: number) => number): Elementwise =>
  (inputs) => [mapBinary(at(inputs, 0), at(inputs, 1), f)];

/** Hendrycks and Gimpel's approximation of the normal distribution function. */
const tanhGate = (x: number): number => (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))) / 2;

function layerNormalization(inputs: readonly ReferenceArray[], epsilon: number): ReferenceArray[] {
  const x = at(inputs, 0);
  const last = [x.shape.length - 1];
  const width = x.shape.at(-1) as number;
  const mean = mapUnary(sumOver(x, last, true), (sum) => sum / width);
  const centred = mapBinary(x, mean, (a, b) => a - b);
  const squares = mapUnary(centred, (a) => a * a);
  const inverse = mapUnary(sumOver(squares, last, true), (sum) => 1 / Math.sqrt(sum / width + epsilon));
  const normal = mapBinary(centred, inverse, (a, b) => a * b);
  const scaled = mapBinary(normal, at(inputs, 1), (a, b) => a * b);
  return [mapBinary(scaled, at(inputs, 2), (a, b) => a + b), mean, inverse];
}

/**
 * Rounds x to 256 equal steps over its range, extended to contain 0, and multiplies by w = values x scales [in, out].
 */
function quantizedLinear(
  [x, bias]: readonly ReferenceArray[],
  { rows, columns, values, scales }: OpAttributes['quantizedLinear'],
): ReferenceArray {
  const { data, shape } = x as ReferenceArray;
  const low = Math.min(0, ...data);
  const step = (Math.max(0, ...data) - low) / 255;
  const zero = Math.round(-low / step);
  const rounded = { shape, data: data.map((value) => step * (Math.round(value / step + zero) - zero)) };
  const weight = fromIndex([rows, columns], (index) => {
    const [row, column] = index as [number, number];
    return (values[columns * row + column] as number) * (scales[column] as number);
  });
  const product = multiplyMatrices(rounded, weight);
  return bias ? mapBinary(product, bias, (a, b) => a + b) : product;
}

/** Builds an array from an element function that receives the position along one axis and the full index. */
const alongAxis = (shape: Shape, axis: number, element: (position: number, index: readonly number[]) => number) =>
  fromIndex(shape, (index) => element(at(index, axis), index));

function concatenate(inputs: readonly ReferenceArray[], axis: number): ReferenceArray {
  const starts: number[] = [];
  const size = inputs.reduce((sum, { shape }) => {
    starts.push(sum);
    return sum + at(shape, axis);
  }, 0);
  return alongAxis(withDimension(at(inputs, 0).shape, axis, size), axis, (position, index) => {
    const source = starts.findLastIndex((start) => start <= position);
    return elementAt(at(inputs, source), index.with(axis, position - at(starts, source)));
  });
}

/**
 * Every operation as its doc comment in ops/ defines it, in double precision and written independently of its rule and
 * lowerings: the reference for both. An operation without a definition does not compile.
 */
export const opDefinitions: { readonly [K in OpName]: Definition<K> } = {
  constant: (_, { shape, data }) => [{ shape, data: Float64Array.from(data) }],

  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / b),
  minimum: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  exp: unary(Math.exp),
  sqrt: unary(Math.sqrt),
  erf: unary(erf),
  gelu: unary((x) => (x * (1 + erf(x / Math.SQRT2))) / 2),

  scaledGelu: (inputs) => [
    mapUnary(at(inputs, 0), (t) => t * (1 + erf(t))),
    mapUnary(at(inputs, 0), (t) => 1 + erf(t)),
  ],

  tanhGelu: unary((x) => x * tanhGate(x)),
  gatedTanhGelu: (inputs) => [mapUnary(at(inputs, 0), (x) => x * tanhGate(x)), mapUnary(at(inputs, 0), tanhGate)],

  // Rounding to the result's type is up to the evaluator: see `evaluateGraph`.
  cast: (inputs) => [at(inputs, 0)],

  matmul: (inputs, { transposeA, transposeB, scale }) => {
    const a = transposeA ? swapLast(at(inputs, 0)) : at(inputs, 0);
    const b = transposeB ? swapLast(at(inputs, 1)) : at(inputs, 1);
    return [mapUnary(multiplyMatrices(a, b), (x) => scale * x)];
  },
  linear: ([x, weight, bias], { scale }) => {
    const product = mapUnary(
      multiplyMatrices(x as ReferenceArray, swapLast(weight as ReferenceArray)),
      (y) => scale * y,
    );
    return [bias ? mapBinary(product, bias, (a, b) => a + b) : product];
  },
  quantizedLinear: (inputs, attributes) => [quantizedLinear(inputs, attributes)],
  attention: (inputs, { scale }) => {
    const scores = mapUnary(multiplyMatrices(at(inputs, 0), swapLast(at(inputs, 1))), (x) => scale * x);
    const probabilities = softmaxRows(scores);
    const mask = inputs[3];
    const kept = mask ? mapBinary(probabilities, mask, (a, b) => a * b) : probabilities;
    return [multiplyMatrices(kept, at(inputs, 2)), probabilities];
  },

  softmax: (inputs) => [softmaxRows(at(inputs, 0))],
  logSoftmax: (inputs) => [mapUnary(softmaxRows(at(inputs, 0)), Math.log)],
  layerNormalization: (inputs, { epsilon }) => layerNormalization(inputs, epsilon),

  reduceSum: (inputs, { axes, keepDimensions }) => [sumOver(at(inputs, 0), axes, keepDimensions)],
  reduceMean: (inputs, { axes, keepDimensions }) => {
    const x = at(inputs, 0);
    const count = axes.reduce((size, axis) => size * at(x.shape, axis), 1);
    return [mapUnary(sumOver(x, axes, keepDimensions), (sum) => sum / count)];
  },

  reshape: (inputs, { shape }) => [{ shape, data: at(inputs, 0).data }],
  transpose: (inputs, { permutation }) => {
    const x = at(inputs, 0);
    const shape = permutation.map((axis) => at(x.shape, axis));
    return [
      fromIndex(shape, (index) =>
        elementAt(
          x,
          [...index.keys()].map((axis) => at(index, permutation.indexOf(axis))),
        ),
      ),
    ];
  },
  slice: (inputs, { axis, start, end }) => {
    const x = at(inputs, 0);
    const shape = withDimension(x.shape, axis, end - start);
    return [alongAxis(shape, axis, (position, index) => elementAt(x, index.with(axis, position + start)))];
  },
  pad: (inputs, { axis, before, after }) => {
    const x = at(inputs, 0);
    const size = at(x.shape, axis);
    return [
      alongAxis(withDimension(x.shape, axis, before + size + after), axis, (position, index) =>
        position < before || position >= before + size ? 0 : elementAt(x, index.with(axis, position - before)),
      ),
    ];
  },
  concat: (inputs, { axis }) => [concatenate(inputs, axis)],
  expand: (inputs, { shape }) => [fromIndex(shape, (index) => elementAt(at(inputs, 0), index))],
  gatherRows: ([x, indices]) => {
    const [rows, selection] = [x as ReferenceArray, indices as ReferenceArray];
    const shape = [...selection.shape, at(rows.shape, 2)];
    return [
      fromIndex(shape, ([image = 0, place = 0, column = 0]) =>
        elementAt(rows, [image, elementAt(selection, [image, place]), column]),
      ),
    ];
  },
};

/** Looks up the definition of an operation, typed by its name. */
export function definitionOf<K extends OpName>(op: K): Definition<K> {
  return opDefinitions[op];
}
