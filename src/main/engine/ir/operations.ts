import type { OpAttributes, OpName } from '../ops/attributes';
import type { QuantizedMatrix } from '../quantize/quantized-matrix';
import type { ElementType } from './element-type';
import { sameShape } from './shape';
import type { Shape, Value } from './value';

interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly scale?: number;
}

/** Every operation as a method that returns its (first) output, for writing models and gradients. */
export abstract class Operations {
  private readonly scalars = new Map<number, Value>();

  /** Appends a node and returns all of its outputs. */
  abstract apply<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): readonly Value[];

  constant(shape: Shape, data: Float32Array): Value {
    return this.single('constant', [], { shape, data });
  }
  /** Returns a constant [], shared between uses of the same number. */
  scalar(value: number): Value {
    const cached = this.scalars.get(value);
    if (cached) return cached;
    const scalar = this.constant([], Float32Array.of(value));
    this.scalars.set(value, scalar);
    return scalar;
  }

  add(a: Value, b: Value): Value {
    return this.single('add', [a, b], {});
  }
  subtract(a: Value, b: Value): Value {
    return this.single('subtract', [a, b], {});
  }
  multiply(a: Value, b: Value): Value {
    return this.single('multiply', [a, b], {});
  }
  divide(a: Value, b: Value): Value {
    return this.single('divide', [a, b], {});
  }
  minimum(a: Value, b: Value): Value {
    return this.single('minimum', [a, b], {});
  }
  greater(a: Value, b: Value): Value {
    return this.single('greater', [a, b], {});
  }
  exp(x: Value): Value {
    return this.single('exp', [x], {});
  }
  sqrt(x: Value): Value {
    return this.single('sqrt', [x], {});
  }
  erf(x: Value): Value {
    return this.single('erf', [x], {});
  }
  gelu(x: Value): Value {
    return this.single('gelu', [x], {});
  }
  scaledGelu(x: Value): Value {
    return this.single('scaledGelu', [x], {});
  }
  tanhGelu(x: Value): Value {
    return this.single('tanhGelu', [x], {});
  }
  /** Returns both outputs: the result and its gate. */
  gatedTanhGelu(x: Value): { result: Value; gate: Value } {
    const [result, gate] = this.apply('gatedTanhGelu', [x], {});
    return { result: result as Value, gate: gate as Value };
  }
  matmul(a: Value, b: Value, { transposeA = false, transposeB = false, scale = 1 }: MatmulOptions = {}): Value {
    return this.single('matmul', [a, b], { transposeA, transposeB, scale });
  }
  linear(x: Value, weight: Value, bias: Value | null, scale = 1): Value {
    return this.single('linear', bias ? [x, weight, bias] : [x, weight], { scale });
  }
  quantizedLinear(x: Value, weight: QuantizedMatrix, bias: Value | null): Value {
    return this.single('quantizedLinear', bias ? [x, bias] : [x], weight);
  }
  attention(
    query: Value,
    key: Value,
    value: Value,
    scale: number,
    mask: Value | null = null,
  ): { output: Value; probabilities: Value } {
    const inputs = mask ? [query, key, value, mask] : [query, key, value];
    const [output, probabilities] = this.apply('attention', inputs, { scale });
    return { output: output as Value, probabilities: probabilities as Value };
  }
  softmax(x: Value): Value {
    return this.single('softmax', [x], {});
  }
  logSoftmax(x: Value): Value {
    return this.single('logSoftmax', [x], {});
  }
  layerNormalization(x: Value, weight: Value, bias: Value, epsilon: number): Value {
    return this.single('layerNormalization', [x, weight, bias], { epsilon });
  }
  cast(x: Value, to: ElementType): Value {
    return x.elementType === to ? x : this.single('cast', [x], { to });
  }
  reduceSum(x: Value, axes: readonly number[], keepDimensions = false): Value {
    return this.single('reduceSum', [x], { axes, keepDimensions });
  }
  reduceMean(x: Value, axes: readonly number[], keepDimensions = false): Value {
    return this.single('reduceMean', [x], { axes, keepDimensions });
  }
  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.single('reshape', [x], { shape });
  }
  transpose(x: Value, permutation: readonly number[]): Value {
    return this.single('transpose', [x], { permutation });
  }
  slice(x: Value, axis: number, start: number, end: number): Value {
    return this.single('slice', [x], { axis, start, end });
  }
  pad(x: Value, axis: number, before: number, after: number): Value {
    return this.single('pad', [x], { axis, before, after });
  }
  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 && values[0] ? values[0] : this.single('concat', values, { axis });
  }
  expand(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.single('expand', [x], { shape });
  }
  gatherRows(x: Value, indices: Value, inverse: Value | null = null): Value {
    return this.single('gatherRows', inverse ? [x, indices, inverse] : [x, indices], {});
  }

  private single<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value {
    return this.apply(op, inputs, attributes)[0] as Value;
  }
}
