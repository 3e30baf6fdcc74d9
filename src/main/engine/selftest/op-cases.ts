import type { Shape } from '../ir/value';
import type { OpAttributes, OpName } from '../ops/attributes';

export interface OpCase<Attributes = OpAttributes[OpName]> {
  readonly shapes: readonly Shape[];
  readonly attributes: Attributes;
  /** Range from which inputs are drawn. */
  readonly range?: readonly [number, number];
  /** Values of the last inputs in place of random ones; these inputs have no gradient. */
  readonly given?: readonly (readonly number[])[];
  /** Number of outputs, from the first, that have a gradient; all if absent. */
  readonly differentiable?: number;
  /** Excluded on WebGPU, which has no kernel for it. */
  readonly notOnWebGpu?: true;
}

const unary = (range: readonly [number, number] = [-2, 2]): OpCase<OpAttributes['exp']>[] => [
  { shapes: [[2, 3]], attributes: {}, range },
];
/** Equal shapes, a scalar, a missing axis, and axes of size 1 on both sides. */
const binary = (extra: Partial<OpCase<OpAttributes['add']>> = {}): OpCase<OpAttributes['add']>[] =>
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
  ].map((shapes) => ({ shapes, attributes: {}, range: [0.5, 2], ...extra }));

const matmulCases = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB) => {
    const a = transposeA ? [4, 3] : [3, 4];
    const b = transposeB ? [5, 4] : [4, 5];
    return [
      { shapes: [a, b], attributes: { transposeA, transposeB, scale: 0.5 } },
      {
        shapes: [
          [2, 2, ...a],
          [2, 2, ...b],
        ],
        attributes: { transposeA, transposeB, scale: 2 },
      },
    ];
  }),
);

function quantizedLinearCase(rows: number, hasBias: boolean): OpCase<OpAttributes['quantizedLinear']> {
  return {
    shapes: [[rows, 4], ...(hasBias ? [[3]] : [])],
    attributes: {
      rows: 4,
      columns: 3,
      values: Int8Array.of(64, -3, 0, 44, -64, 50, 17, 1, -60, 5, 64, -64),
      scales: Float32Array.of(0.5, 0.25, 2),
    },
    differentiable: 0,
    notOnWebGpu: true,
  };
}

function attentionCase(
  query: readonly [number, number, number, number],
  keys: number,
  scale: number,
  masked = false,
): OpCase<OpAttributes['attention']> {
  const [batch, heads, queries, width] = query;
  const key = [batch, heads, keys, width];
  return {
    shapes: [query, key, key, ...(masked ? [[batch, heads, queries, keys]] : [])],
    attributes: { scale },
  };
}

const reductionCases: readonly OpCase<OpAttributes['reduceSum']>[] = [
  { shapes: [[2, 3, 4]], attributes: { axes: [0], keepDimensions: false } },
  { shapes: [[2, 3, 4]], attributes: { axes: [2], keepDimensions: true } },
  { shapes: [[2, 3, 4]], attributes: { axes: [0, 2], keepDimensions: false } },
  { shapes: [[2, 3, 4]], attributes: { axes: [0, 1, 2], keepDimensions: false } },
  { shapes: [[2, 3]], attributes: { axes: [], keepDimensions: false } },
];

/** At least one case per operation: a new operation without a case does not compile. */
export const opCases: { readonly [K in OpName]: readonly OpCase<OpAttributes[K]>[] } = {
  constant: [{ shapes: [], attributes: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } }],
  add: binary(),
  subtract: binary(),
  multiply: binary(),
  divide: binary(),
  minimum: binary(),
  greater: binary({ differentiable: 0 }),
  exp: unary(),
  sqrt: unary([0.5, 2]),
  erf: unary([-4, 4]),
  gelu: unary([-3, 3]),
  scaledGelu: [{ shapes: [[2, 3]], attributes: {}, range: [-2, 2], differentiable: 1 }],
  tanhGelu: unary([-4, 4]),
  gatedTanhGelu: [{ shapes: [[2, 3]], attributes: {}, range: [-4, 4], differentiable: 1 }],
  // Half precision and back: `precision/autocast.test.ts`. A checked program has float32 inputs and outputs.
  cast: [{ shapes: [[2, 3]], attributes: { to: 'float32' } }],
  matmul: matmulCases,
  quantizedLinear: [quantizedLinearCase(1, false), quantizedLinearCase(5, true)],
  linear: [
    { shapes: [[3, 4], [5, 4], [5]], attributes: { scale: 0.5 } },
    {
      shapes: [
        [3, 4],
        [5, 4],
      ],
      attributes: { scale: 1 },
    },
  ],
  attention: [
    attentionCase([2, 2, 3, 4], 5, 0.5),
    // Only the first output reaches the loss, so the gradient takes a shorter path.
    { ...attentionCase([1, 2, 3, 4], 3, 2), differentiable: 1 },
    attentionCase([2, 2, 3, 4], 5, 0.5, true),
    { ...attentionCase([2, 1, 3, 4], 4, 2, true), differentiable: 1 },
  ],
  softmax: [{ shapes: [[2, 5]], attributes: {} }],
  logSoftmax: [{ shapes: [[2, 5]], attributes: {} }],
  layerNormalization: [{ shapes: [[3, 6], [6], [6]], attributes: { epsilon: 1e-2 }, differentiable: 1 }],
  reduceSum: reductionCases,
  reduceMean: reductionCases,
  reshape: [{ shapes: [[2, 6]], attributes: { shape: [3, 4] } }],
  transpose: [{ shapes: [[2, 3, 4]], attributes: { permutation: [2, 0, 1] } }],
  slice: [{ shapes: [[3, 5]], attributes: { axis: 1, start: 1, end: 4 } }],
  pad: [{ shapes: [[2, 3]], attributes: { axis: 0, before: 1, after: 2 } }],
  concat: [
    // More inputs than one GPU kernel can read.
    { shapes: Array.from({ length: 9 }, (_, index) => [2, 1 + (index % 2)]), attributes: { axis: 1 } },
  ],
  expand: [{ shapes: [[3, 1]], attributes: { shape: [2, 3, 4] } }],
  gatherRows: [
    {
      shapes: [
        [2, 4, 3],
        [2, 2],
        [2, 4],
      ],
      given: [
        [0, 3, 2, 1],
        [1, 0, 0, 2, 0, 2, 1, 0],
      ],
      attributes: {},
    },
    // Without the inverse, a row may be selected twice.
    {
      shapes: [
        [2, 2, 3],
        [2, 3],
      ],
      given: [[1, 1, 0, 0, 1, 1]],
      attributes: {},
      differentiable: 0,
    },
  ],
};
