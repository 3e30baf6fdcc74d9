import { GraphBuilder } from '../ir/builder';
import { broadcastShapes, sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { OpAttributes, OpName } from '../ops/attributes';
import { createRandom, type Random } from '../random';
import { evaluateNode } from '../selftest/evaluate-graph';
import { elementAt, fromIndex, type ReferenceArray } from '../selftest/reference-array';

/** Values of more elements or axes are not grown: a counterexample should fit on a screen. */
const LARGEST = 64;
const HIGHEST_RANK = 4;
/** Larger numbers are scaled down, or a few exponentials would leave the range of float32. */
const LOUDEST = 4;
/** How far apart the operands of `minimum` and `greater` are kept: a step of central differences must not cross. */
const GAP = 0.02;

export interface Parameter {
  readonly name: string;
  readonly value: Value;
}

/**
 * A graph that grows node by node together with the numbers that flow through it, in double precision. So each new node
 * can be kept where its operation is smooth and well conditioned: no root of nearly nothing, no tie of a minimum.
 */
export class GrowingGraph {
  readonly builder = new GraphBuilder();
  readonly parameters: Parameter[] = [];
  /** The data of the parameters by their names. */
  readonly data = new Map<string, ReferenceArray>();
  /** What later nodes may read; never empty. */
  readonly pool: Value[] = [];
  /** Outputs that are compared but take no gradient. */
  readonly statistics: Value[] = [];
  private readonly numbers = new Map<number, ReferenceArray>();
  private readonly random: Random;
  private computed = 0;

  constructor(seed: number, shapes: readonly Shape[]) {
    this.random = createRandom(seed);
    for (const shape of shapes) this.pool.push(this.parameter(shape));
  }

  /** A fresh input of the graph, with numbers from -2 to 2 that float32 holds exactly. */
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

  /** Appends a node with its numbers; nothing is offered to later nodes yet. */
  apply<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): readonly Value[] {
    const outputs = this.builder.apply(op, inputs, attributes);
    this.computeNumbers();
    return outputs;
  }

  /** Offers a value to later nodes, scaled down where it has grown loud; one that has grown large is left. */
  offer(value: Value): void {
    if (!fits(value.shape)) return;
    const loudness = this.numbersOf(value).data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    this.pool.push(loudness > LOUDEST ? this.times(value, 2 ** -Math.ceil(Math.log2(loudness / LOUDEST))) : value);
  }

  numbersOf({ id }: Value): ReferenceArray {
    const numbers = this.numbers.get(id);
    if (!numbers) throw new Error(`value ${id} has no numbers`);
    return numbers;
  }

  /** The value itself where all of its numbers are at least 1/4, else x^2 + 1/2. */
  positive(value: Value): Value {
    if (this.numbersOf(value).data.every((x) => x >= 0.25)) return value;
    return this.plus(this.apply('multiply', [value, value], {})[0] as Value, 0.5);
  }

  /** The value itself, or moved by a constant so that it has no near tie with another. */
  apartFrom(other: Value, value: Value): Value {
    const [a, b] = [this.numbersOf(other), this.numbersOf(value)];
    const differences = fromIndex(broadcastShapes(a.shape, b.shape), (i) => elementAt(a, i) - elementAt(b, i)).data;
    let shift = 0;
    while (differences.some((difference) => Math.abs(difference - shift) < GAP)) shift += 0.375;
    return shift === 0 ? value : this.plus(value, shift);
  }

  /** As a value of another shape with as many elements. */
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

/** Whether a value of this shape is small enough to go on with. */
export function fits(shape: Shape): boolean {
  return shape.length <= HIGHEST_RANK && sizeOf(shape) <= LARGEST;
}
