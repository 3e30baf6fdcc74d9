import type { Shape } from '../ir/graph';
import type { OpAttributes, OpName } from '../ops/attributes';
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

export interface OpCase<Attributes = OpAttributes[OpName]> {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** Inputs are drawn from this range. */
  readonly range?: readonly [number, number];
  /** The definition of the operation in double precision, written without looking at its rule. */
  reference(inputs: readonly ReferenceArray[]): readonly ReferenceArray[];
  /** How many outputs, from the first, have a gradient; all when absent. */
  readonly differentiable?: number;
  /** Not offered on WebGPU, which has no kernel for it. */
  readonly notOnWebGpu?: true;
}

const get = (inputs: readonly ReferenceArray[], index: number): ReferenceArray => inputs[index] as ReferenceArray;
const unary = (f: (x: number) => number, range: readonly [number, number] = [-2, 2]): OpCase<OpAttributes['exp']>[] => [
  { shapes: [[2, 3]], attributes: {}, range, reference: ([x]) => [mapUnary(x as ReferenceArray, f)] },
];
/** Equal shapes, a scalar, a missing axis, and axes of size 1 on both sides. */
const binary = (
  f: (a: number, b: number) => number,
  extra: Partial<OpCase<OpAttributes['add']>> = {},
): OpCase<OpAttributes['add']>[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], []],
    [[4, 2, 3], [3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
  ].map((shapes) => ({
    shapes,
    attributes: {},
    range: [0.5, 2],
    reference: (inputs) => [mapBinary(get(inputs, 0), get(inputs, 1), f)],
    ...extra,
  }));

function matmulCase(
  shapes: Shape[],
  transposeA: boolean,
  transposeB: boolean,
  scale: number,
): OpCase<OpAttributes['matmul']> {
  return {
    shapes,
    attributes: { transposeA, transposeB, scale },
    reference: (inputs) => {
      const a = transposeA ? swapLast(get(inputs, 0)) : get(inputs, 0);
      const b = transposeB ? swapLast(get(inputs, 1)) : get(inputs, 1);
      return [mapUnary(multiplyMatrices(a, b), (x) => scale * x)];
    },
  };
}

const matmulCases = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) => {
    const a = transposeA ? [4, 3] : [3, 4];
    const b = transposeB ? [5, 4] : [4, 5];
    return [
      matmulCase([a, b], transposeA, transposeB, 0.5),
      matmulCase(
        [
          [2, 2, ...a],
          [2, 2, ...b],
        ],
        transposeA,
        transposeB,
        2,
      ),
    ];
  }),
);

const linear = ([x, weight, bias]: readonly ReferenceArray[]): readonly ReferenceArray[] => {
  const product = multiplyMatrices(x as ReferenceArray, swapLast(weight as ReferenceArray));
  return [bias ? mapBinary(product, bias, (a, b) => a + b) : product];
};

/** x is rounded to 256 steps of one size, its range widened to have 0 in it; w = values x scales [in, out]. */
function quantizedLinearCase(rows: number, hasBias: boolean): OpCase<OpAttributes['quantizedLinear']> {
  const values = Int8Array.of(127, -3, 0, 44, -127, 90, 17, 1, -60, 5, 127, -128 + 1);
  const scales = Float32Array.of(0.5, 0.25, 2);
  return {
    shapes: [[rows, 4], ...(hasBias ? [[3]] : [])],
    attributes: { rows: 4, columns: 3, values, scales },
    differentiable: 0,
    notOnWebGpu: true,
    reference: ([x, bias]) => {
      const { data, shape } = x as ReferenceArray;
      const low = Math.min(0, ...data);
      const step = (Math.max(0, ...data) - low) / 255;
      const zero = Math.round(-low / step);
      const rounded = { shape, data: data.map((value) => step * (Math.round(value / step + zero) - zero)) };
      const weight = fromIndex([4, 3], ([a, b]) => {
        const column = b as number;
        return (values[3 * (a as number) + column] as number) * (scales[column] as number);
      });
      const product = multiplyMatrices(rounded, weight);
      return [bias ? mapBinary(product, bias, (a, b) => a + b) : product];
    },
  };
}

function layerNormalization([x, weight, bias]: readonly ReferenceArray[], epsilon: number): ReferenceArray[] {
  const input = x as ReferenceArray;
  const last = input.shape.length - 1;
  const width = input.shape[last] as number;
  const mean = mapUnary(sumOver(input, [last], true), (sum) => sum / width);
  const centred = mapBinary(input, mean, (a, b) => a - b);
  const variance = mapUnary(
    sumOver(
      mapUnary(centred, (a) => a * a),
      [last],
      true,
    ),
    (sum) => sum / width,
  );
  const inverse = mapUnary(variance, (v) => 1 / Math.sqrt(v + epsilon));
  const normal = mapBinary(centred, inverse, (a, b) => a * b);
  const scaled = mapBinary(normal, weight as ReferenceArray, (a, b) => a * b);
  return [mapBinary(scaled, bias as ReferenceArray, (a, b) => a + b), mean, inverse];
}

function reductionCases(divide: boolean): OpCase<OpAttributes['reduceSum']>[] {
  const cases: [number[], boolean][] = [
    [[0], false],
    [[2], true],
    [[0, 2], false],
    [[0, 1, 2], false],
  ];
  return cases.map(([axes, keepDimensions]) => ({
    shapes: [[2, 3, 4]],
    attributes: { axes, keepDimensions },
    reference: (inputs) => {
      const count = divide ? axes.reduce((size, axis) => size * ([2, 3, 4][axis] as number), 1) : 1;
      return [mapUnary(sumOver(get(inputs, 0), axes, keepDimensions), (sum) => sum / count)];
    },
  }));
}

/** At least one case for every operation: a new one without a case does not compile. */
export const opCases: { readonly [K in OpName]: readonly OpCase<OpAttributes[K]>[] } = {
  constant: [
    {
      shapes: [],
      attributes: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      reference: () => [{ shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }],
    },
  ],
  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / b),
  minimum: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0), { differentiable: 0 }),
  exp: unary(Math.exp),
  sqrt: unary(Math.sqrt, [0.5, 2]),
  erf: unary(erf),
  gelu: unary((x) => (x * (1 + erf(x / Math.SQRT2))) / 2, [-3, 3]),
  matmul: matmulCases,
  quantizedLinear: [quantizedLinearCase(1, false), quantizedLinearCase(5, true)],
  linear: [
    { shapes: [[3, 4], [5, 4], [5]], attributes: {}, reference: linear },
    {
      shapes: [
        [3, 4],
        [5, 4],
      ],
      attributes: {},
      reference: linear,
    },
  ],
  attention: [
    {
      shapes: [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
        [2, 2, 5, 4],
      ],
      attributes: { scale: 0.5 },
      reference: (inputs) => {
        const scores = mapUnary(multiplyMatrices(get(inputs, 0), swapLast(get(inputs, 1))), (x) => 0.5 * x);
        const probabilities = softmaxRows(scores);
        return [multiplyMatrices(probabilities, get(inputs, 2)), probabilities];
      },
    },
    {
      // Only the first output reaches the loss, which takes a shorter way in the gradient.
      shapes: [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      attributes: { scale: 2 },
      differentiable: 1,
      reference: (inputs) => {
        const scores = mapUnary(multiplyMatrices(get(inputs, 0), swapLast(get(inputs, 1))), (x) => 2 * x);
        const probabilities = softmaxRows(scores);
        return [multiplyMatrices(probabilities, get(inputs, 2)), probabilities];
      },
    },
  ],
  softmax: [{ shapes: [[2, 5]], attributes: {}, reference: (inputs) => [softmaxRows(get(inputs, 0))] }],
  logSoftmax: [
    { shapes: [[2, 5]], attributes: {}, reference: (inputs) => [mapUnary(softmaxRows(get(inputs, 0)), Math.log)] },
  ],
  layerNormalization: [
    {
      shapes: [[3, 6], [6], [6]],
      attributes: { epsilon: 1e-2 },
      differentiable: 1,
      reference: (inputs) => layerNormalization(inputs, 1e-2),
    },
  ],
  reduceSum: reductionCases(false),
  reduceMean: reductionCases(true),
  reshape: [
    {
      shapes: [[2, 6]],
      attributes: { shape: [3, 4] },
      reference: (inputs) => [{ shape: [3, 4], data: get(inputs, 0).data }],
    },
  ],
  transpose: [
    {
      shapes: [[2, 3, 4]],
      attributes: { permutation: [2, 0, 1] },
      reference: (inputs) => [fromIndex([4, 2, 3], ([a, b, c]) => elementAt(get(inputs, 0), [b, c, a] as number[]))],
    },
  ],
  slice: [
    {
      shapes: [[3, 5]],
      attributes: { axis: 1, start: 1, end: 4 },
      reference: (inputs) => [
        fromIndex([3, 3], ([a, b]) => elementAt(get(inputs, 0), [a as number, (b as number) + 1])),
      ],
    },
  ],
  pad: [
    {
      shapes: [[2, 3]],
      attributes: { axis: 0, before: 1, after: 2 },
      reference: (inputs) => [
        fromIndex([5, 3], ([a, b]) => (a === 1 || a === 2 ? elementAt(get(inputs, 0), [a - 1, b as number]) : 0)),
      ],
    },
  ],
  concat: [
    {
      // More inputs than one GPU kernel may read.
      shapes: Array.from({ length: 9 }, (_, index) => [2, 1 + (index % 2)]),
      attributes: { axis: 1 },
      reference: (inputs) => {
        const rows = [0, 1].map((row) =>
          inputs.flatMap(({ shape, data }) => [
            ...data.subarray(row * (shape[1] as number), (row + 1) * (shape[1] as number)),
          ]),
        );
        return [{ shape: [2, 13], data: Float64Array.from(rows.flat()) }];
      },
    },
  ],
  expand: [
    {
      shapes: [[3, 1]],
      attributes: { shape: [2, 3, 4] },
      reference: (inputs) => [fromIndex([2, 3, 4], (index) => elementAt(get(inputs, 0), index))],
    },
  ],
};
