import { GraphBuilder } from '../ir/builder';
import { broadcastShapes, sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { OpAttributes, OpName } from '../ops/attributes';
import { createRandom, type Random } from '../random';
import { evaluateNode } from '../selftest/evaluate-graph';
import { elementAt, fromIndex, type ReferenceArray } from '../selftest/reference-array';

/** Limits on the elements and axes of grown values: a counterexample should fit on a screen. */
const MAX_ELEMENTS = 64;
const MAX_RANK = 4;
/** Larger numbers are scaled down; otherwise a few exponentials would leave the range of float32. */
const MAX_MAGNITUDE = 4;
/**
 * Minimum distance between the operands of `minimum` and `greater`: a step of central differences must not cross a tie.
 */
const GAP = 0.02;

export interface Parameter {
  readonly name: string;
  readonly value: Value;
}

/**
 * A graph that grows node by node together with the numbers that flow through it, in double precision. Each new node
 * can therefore be kept where its operation is smooth and well conditioned: no root of a number near zero, no tie of a
 * minimum.
 */
export class GrowingGraph {
  readonly builder = new GraphBuilder();
  readonly parameters: Parameter[] = [];
  /** Data of the parameters, by name. */
  readonly data = new Map<string, ReferenceArray>();
  /** Values that later nodes may read; never empty. */
  readonly pool: Value[] = [];
  /** Outputs that are compared but have no gradient. */
  readonly statistics: Value[] = [];
  private readonly numbers = new Map<number, ReferenceArray>();
  private readonly random: Random;
  private computed = 0;

  constructor(seed: number, shapes: readonly Shape[]) {
    this.random = createRandom(seed);
    for (const shape of shapes) this.pool.push(this.parameter(shape));
  }

  /** Adds an input to the graph, with numbers from -2 to 2 that float32 represents exactly. */
  parameter(shape: Shape): Value {
    const name = `x${this.parameters.length}`;
    const value = this.builder.input(name, shape);
    const data = this.randomData(shape);
    this.parameters.push({ name, value });
    this.data.set(name, data);
    this.numbers.set(value.id, data);
    return value;
  }

  randomData(shape: Shape): ReferenceArray {
    return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(4 * this.random() - 2)) };
  }

  /** Appends a node with its numbers, without offering its outputs to later nodes. */
  apply<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): readonly Value[] {
    const outputs = this.builder.apply(op, inputs, attributes);
    this.computeNumbers();
    return outputs;
  }

  /**
   * Offers a value to later nodes, scaled down if its numbers have grown large; values with too many elements are left
   * out.
   */
  offer(value: Value): void {
    if (!fits(value.shape)) return;
    const magnitude = this.numbersOf(value).data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    this.pool.push(
      magnitude > MAX_MAGNITUDE ? this.times(value, 2 ** -Math.ceil(Math.log2(magnitude / MAX_MAGNITUDE))) : value,
    );
  }

  numbersOf({ id }: Value): ReferenceArray {
    const numbers = this.numbers.get(id);
    if (!numbers) throw new Error(`value ${id} has no numbers`);
    return numbers;
  }

  /** Returns the value itself if all its numbers are at least 1/4, otherwise x^2 + 1/2. */
  positive(value: Value): Value {
    if (this.numbersOf(value).data.every((x) => x >= 0.25)) return value;
    return this.plus(this.apply('multiply', [value, value], {})[0] as Value, 0.5);
  }

  /** Returns the value, shifted by a constant if needed to avoid near ties with `other`. */
  apartFrom(other: Value, value: Value): Value {
    const [a, b] = [this.numbersOf(other), this.numbersOf(value)];
    const differences = fromIndex(broadcastShapes(a.shape, b.shape), (i) => elementAt(a, i) - elementAt(b, i)).data;
    let shift = 0;
    while (differences.some((difference) => Math.abs(difference - shift) < GAP)) shift += 0.375;
    return shift === 0 ? value : this.plus(value, shift);
  }

  /** Returns the value in another shape with as many elements. */
  reshape(value: Value, shape: Shape): Value {
    const reshaped = this.builder.reshape(value, shape);
    this.computeNumbers();
    return reshaped;
  }

  private plus(value: Value, number: number): Value {
    return this.apply('add', [value, this.scalar(number)], {})[0] as Value;
  }

  private times(value: Value, number: number): Value {
    return this.apply('multiply', [value, this.scalar(number)], {})[0] as Value;
  }

  private scalar(number: number): Value {
    const scalar = this.builder.scalar(number);
    this.computeNumbers();
    return scalar;
  }

  private computeNumbers(): void {
    for (const node of this.builder.nodes.slice(this.computed)) {
      const results = evaluateNode(node, (value) => this.numbersOf(value));
      node.outputs.forEach(({ id }, index) => {
        this.numbers.set(id, results[index] as ReferenceArray);
      });
    }
    this.computed = this.builder.nodes.length;
  }
}

/** Whether a value of this shape is small enough to use. */
export function fits(shape: Shape): boolean {
  return shape.length <= MAX_RANK && sizeOf(shape) <= MAX_ELEMENTS;
}
