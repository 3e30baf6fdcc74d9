import type { ElementType } from '../ir/element-type';
import type { Shape } from '../ir/value';
import type { QuantizedMatrix } from '../quantize/quantized-matrix';

type None = Readonly<Record<never, never>>;

/**
 * Every operation of the intermediate representation, with its attributes. An operation's result has the type of its
 * inputs, float32 except after `cast`. Its rule documents what it computes (elementwise.ts, linear-algebra.ts,
 * normalisation.ts, reductions.ts, layout.ts); the combined table (table.ts) does not compile if an operation has no
 * rule.
 */
export interface OpAttributes {
  constant: { readonly shape: Shape; readonly data: Float32Array };

  add: None;
  subtract: None;
  multiply: None;
  divide: None;
  minimum: None;
  greater: None;
  exp: None;
  sqrt: None;
  erf: None;
  gelu: None;
  scaledGelu: None;
  tanhGelu: None;
  gatedTanhGelu: None;
  cast: { readonly to: ElementType };

  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly scale: number };
  linear: { readonly scale: number };
  quantizedLinear: QuantizedMatrix;
  attention: { readonly scale: number };

  softmax: None;
  logSoftmax: None;
  layerNormalization: { readonly epsilon: number };

  reduceSum: { readonly axes: readonly number[]; readonly keepDimensions: boolean };
  reduceMean: { readonly axes: readonly number[]; readonly keepDimensions: boolean };

  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  pad: { readonly axis: number; readonly before: number; readonly after: number };
  concat: { readonly axis: number };
  expand: { readonly shape: Shape };
  gatherRows: None;
}

export type OpName = keyof OpAttributes;
