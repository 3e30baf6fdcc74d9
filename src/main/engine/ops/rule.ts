import type { Operations } from '../ir/operations';
import type { Shape, Value } from '../ir/value';
import type { OpAttributes, OpName } from './attributes';

/**
 * Operator sets of execution providers: `cpu` has onnxruntime's fused operators, `webgpu` only operators with a GPU
 * kernel.
 */
export const dialects = ['cpu', 'webgpu'] as const;
export type Dialect = (typeof dialects)[number];

export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string };

/** Writes ONNX nodes while a graph is lowered. Names identify ONNX values. */
export interface Emitter {
  /**
   * Appends a node and returns its output names. `outputs` lists the names to define, or gives the number of fresh ones
   * to make.
   */
  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[] | number,
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    domain?: '' | 'com.microsoft',
  ): readonly [string, ...string[]];
  /** Returns the name of a constant list of int64. */
  integers(values: readonly number[]): string;
  /** Like `integers`, for the target of a Reshape, where an open batch axis becomes -1. */
  targetShape(shape: Shape): string;
  /** Returns the name of a constant float32 scalar. */
  scalar(value: number): string;
  tensor(shape: Shape, data: Float32Array | Int8Array): string;
}

export interface LoweringContext<K extends OpName> {
  readonly emitter: Emitter;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  /** Names that the lowering must define. */
  readonly outputs: readonly string[];
  readonly outputShapes: readonly Shape[];
}
export type Lowering<K extends OpName> = (context: LoweringContext<K>) => void;

export interface GradientContext<K extends OpName> {
  readonly builder: Operations;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** d loss / d output, or null if the loss does not depend on it. At least one is not null. */
  readonly gradients: readonly (Value | null)[];
  /** Whether each input needs a gradient; the rule may return null for the others. */
  readonly wanted: readonly boolean[];
}

export interface OpRule<K extends OpName> {
  /** Derives output shapes from input shapes; throws `ShapeError` if they do not fit. */
  shape(inputs: readonly Shape[], attributes: OpAttributes[K]): readonly Shape[];
  /**
   * Returns d loss / d input, one entry per input. A gradient may still have the broadcast shape: `backward` reduces
   * it.
   */
  gradient(context: GradientContext<K>): readonly (Value | null)[];
  readonly lower: Readonly<Record<Dialect, Lowering<K>>>;
}

/** Uses one lowering for all dialects. */
export function everywhere<K extends OpName>(lowering: Lowering<K>): Record<Dialect, Lowering<K>> {
  return { cpu: lowering, webgpu: lowering };
}

/**
 * Returns the item at an index, which must exist: rules are only called with as many inputs as their shape rule
 * accepted.
 */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index} in a list of ${items.length}`);
  return item;
}

/** Returns the gradient of an output that the loss must depend on. */
export function gradientAt(gradients: readonly (Value | null)[], index: number): Value {
  const gradient = gradients[index];
  if (!gradient) throw new Error(`output ${index} has no gradient`);
  return gradient;
}
