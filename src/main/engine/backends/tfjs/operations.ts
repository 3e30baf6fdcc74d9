import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Shape } from '../../ir/value';
import type { OpAttributes, OpName } from '../../ops/attributes';
import { at } from '../../ops/rule';

/** TensorFlow.js, loaded only when a program is compiled for it. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

export interface OperationContext<K extends OpName> {
  readonly tf: TensorFlow;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly Tensor[];
  /** As derived by the operation's shape rule. */
  readonly outputShapes: readonly Shape[];
}

/** Computes the outputs of one operation as new tensors. Runs inside `tf.tidy`. */
export type Operation<K extends OpName> = (context: OperationContext<K>) => readonly Tensor[];

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

const unary =
  <K extends OpName>(choose: (tf: TensorFlow) => Unary): Operation<K> =>
  ({ tf, inputs }) => [choose(tf)(at(inputs, 0))];

const binary =
  <K extends OpName>(choose: (tf: TensorFlow) => Binary): Operation<K> =>
  ({ tf, inputs }) => [choose(tf)(at(inputs, 0), at(inputs, 1))];

/** scale x op(A) op(B) over equal leading axes. */
function product(tf: TensorFlow, a: Tensor, b: Tensor, { transposeA, transposeB, scale }: OpAttributes['matmul']) {
  const result = tf.matMul(a, b, transposeA, transposeB);
  return scale === 1 ? result : tf.mul(result, scale);
}

/**
 * Reduces over the axes. Without axes there is nothing to do; TensorFlow.js interprets an empty list differently from
 * op to op.
 */
function reduction(
  { tf, inputs, attributes: { axes, keepDimensions } }: OperationContext<'reduceSum' | 'reduceMean'>,
  reduce: (x: Tensor, axes: number[], keepDimensions: boolean) => Tensor,
): readonly Tensor[] {
  const x = at(inputs, 0);
  return [axes.length === 0 ? tf.clone(x) : reduce(x, [...axes], keepDimensions)];
}

/** (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
function tanhGate(tf: TensorFlow, x: Tensor): Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.add(tf.tanh(inner), 1), 0.5);
}

/** [before, after] for one axis, [0, 0] for the others. */
function padding(rank: number, axis: number, before: number, after: number): [number, number][] {
  return Array.from({ length: rank }, (_, index) => (index === axis ? [before, after] : [0, 0]));
}

/**
 * Every operation of the intermediate representation as TensorFlow.js ops; a missing one is a type error. Gradients
 * come from our own rules: TensorFlow.js's differentiation is not used.
 */
export const tfjsOperations: { readonly [K in OpName]: Operation<K> } = {
  constant: ({ tf, attributes: { shape, data } }) => [tf.tensor(data.slice(), [...shape], 'float32')],

  add: binary((tf) => tf.add),
  subtract: binary((tf) => tf.sub),
  multiply: binary((tf) => tf.mul),
  divide: binary((tf) => tf.div),
  minimum: binary((tf) => tf.minimum),
  greater: binary((tf) => (a, b) => tf.cast(tf.greater(a, b), 'float32')),
  exp: unary((tf) => tf.exp),
  sqrt: unary((tf) => tf.sqrt),
  erf: unary((tf) => tf.erf),
  // x Phi(x) with Phi(x) = (1 + erf(x / sqrt 2)) / 2
  gelu: unary((tf) => (x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5))),

  scaledGelu: ({ tf, inputs: [t] }) => {
    const twice = tf.add(tf.erf(t as Tensor), 1);
    return [tf.mul(t as Tensor, twice), twice];
  },

  tanhGelu: unary((tf) => (x) => tf.mul(x, tanhGate(tf, x))),
  gatedTanhGelu: ({ tf, inputs: [x] }) => {
    const gate = tanhGate(tf, x as Tensor);
    return [tf.mul(x as Tensor, gate), gate];
  },

  cast: ({ tf, inputs, attributes: { to } }) => {
    if (to === 'float16') throw new Error('TensorFlow.js has no half floats');
    return [tf.clone(at(inputs, 0))];
  },

  matmul: ({ tf, inputs, attributes }) => [product(tf, at(inputs, 0), at(inputs, 1), attributes)],
  linear: ({ tf, inputs: [x, weight, bias], attributes: { scale } }) => {
    const result = tf.mul(tf.matMul(x as Tensor, weight as Tensor, false, true), scale);
    return [bias ? tf.add(result, bias) : result];
  },
  quantizedLinear: ({ tf, inputs: [x, bias], attributes: { rows, columns, values, scales } }) => {
    const lowest = tf.minimum(tf.min(x as Tensor), 0);
    const scale = tf.div(tf.sub(tf.maximum(tf.max(x as Tensor), 0), lowest), 255);
    const zero = tf.round(tf.neg(tf.div(lowest, scale)));
    const quantized = tf.clipByValue(tf.add(tf.round(tf.div(x as Tensor, scale)), zero), 0, 255);
    const matrix = tf.tensor2d(Float32Array.from(values), [rows, columns]);
    const sums = tf.matMul(tf.sub(quantized, zero), matrix);
    const result = tf.mul(sums, tf.mul(tf.tensor1d(scales.slice()), scale));
    return [bias ? tf.add(result, bias) : result];
  },
  attention: ({ tf, inputs, attributes: { scale } }) => {
    const transposed = { transposeA: false, transposeB: true, scale };
    const probabilities = tf.softmax(product(tf, at(inputs, 0), at(inputs, 1), transposed));
    const mask = inputs[3];
    return [tf.matMul(mask ? tf.mul(probabilities, mask) : probabilities, at(inputs, 2)), probabilities];
  },

  softmax: unary((tf) => (x) => tf.softmax(x)),
  logSoftmax: unary((tf) => (x) => tf.logSoftmax(x)),
  layerNormalization: ({ tf, inputs, attributes: { epsilon } }) => {
    const x = at(inputs, 0);
    const mean = tf.mean(x, -1, true);
    const centred = tf.sub(x, mean);
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normal = tf.mul(centred, inverseDeviation);
    return [tf.add(tf.mul(normal, at(inputs, 1)), at(inputs, 2)), mean, inverseDeviation];
  },

  reduceSum: (context) => reduction(context, context.tf.sum),
  reduceMean: (context) => reduction(context, context.tf.mean),

  reshape: ({ tf, inputs, attributes: { shape } }) => [tf.reshape(at(inputs, 0), [...shape])],
  transpose: ({ tf, inputs, attributes: { permutation } }) => [tf.transpose(at(inputs, 0), [...permutation])],
  slice: ({ tf, inputs, attributes: { axis, start }, outputShapes }) => {
    const size = [...at(outputShapes, 0)];
    return [tf.slice(at(inputs, 0), Array<number>(size.length).fill(0).with(axis, start), size)];
  },
  pad: ({ tf, inputs, attributes: { axis, before, after } }) => {
    const x = at(inputs, 0);
    return [tf.pad(x, padding(x.rank, axis, before, after))];
  },
  concat: ({ tf, inputs, attributes: { axis } }) => [tf.concat([...inputs], axis)],
  expand: ({ tf, inputs, attributes: { shape } }) => [tf.broadcastTo(at(inputs, 0), [...shape])],
  gatherRows: ({ tf, inputs: [x, indices], outputShapes }) => {
    const [batch, rows, width] = (x as Tensor).shape as [number, number, number];
    const offsets = tf.mul(tf.reshape(tf.range(0, batch), [batch, 1]), rows);
    const places = tf.cast(tf.reshape(tf.add(indices as Tensor, offsets), [-1]), 'int32') as Tensor1D;
    const selected = tf.gather(tf.reshape(x as Tensor, [batch * rows, width]), places);
    return [tf.reshape(selected, [...at(outputShapes, 0)])];
  },
};

/** Looks up an operation, typed by its name. */
export function tfjsOperation<K extends OpName>(op: K): Operation<K> {
  return tfjsOperations[op];
}
