import { broadcastShapes, sameShape, sizeOf } from '../ir/shape';
import type { Shape, Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import { fits, type GrowingGraph } from './growing-graph';

/** Small numbers that determine a step. Smaller ones make simpler graphs, which is how counterexamples shrink. */
export class Choices {
  private readonly picks: readonly number[];
  private next = 0;

  constructor(picks: readonly number[]) {
    this.picks = picks;
  }

  /** Returns an integer from 0 to `count` - 1. */
  below(count: number): number {
    const pick = this.picks[this.next % this.picks.length] ?? 0;
    this.next += 1;
    return pick % count;
  }
  among<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  maybe(): boolean {
    return this.below(2) === 1;
  }
  shape(rank: number): number[] {
    return Array.from({ length: rank }, () => 1 + this.below(3));
  }
  /** Returns a shape with `rank` axes and `size` elements. */
  factors(size: number, rank: number): number[] {
    let rest = size;
    const shape = Array.from({ length: rank - 1 }, () => {
      const factor = this.among([1, 2, 3, 4, 5].filter((candidate) => rest % candidate === 0));
      rest /= factor;
      return factor;
    });
    return [...shape, rest];
  }
}

/** Grows one node of an operation on values of the pool, with any nodes it needs; does nothing if no value fits. */
type Grower = (graph: GrowingGraph, choices: Choices) => void;

const first = (values: readonly Value[]): Value => values[0] as Value;
const anyValue = ({ pool }: GrowingGraph, choices: Choices): Value => choices.among(pool);
/** Picks a value and gives it at least one axis. */
function withAxes(graph: GrowingGraph, choices: Choices): Value {
  const value = anyValue(graph, choices);
  return value.shape.length > 0 ? value : graph.reshape(value, [1]);
}

function broadcasts(a: Shape, b: Shape): boolean {
  try {
    return fits(broadcastShapes(a, b));
  } catch {
    return false;
  }
}

function pair(graph: GrowingGraph, choices: Choices): [Value, Value] {
  const a = anyValue(graph, choices);
  const partners = graph.pool.filter(({ shape }) => broadcasts(a.shape, shape));
  const b = choices.among(partners);
  return choices.maybe() ? [b, a] : [a, b];
}

const binary =
  (op: 'add' | 'subtract' | 'multiply'): Grower =>
  (graph, choices) =>
    graph.offer(first(graph.apply(op, pair(graph, choices), {})));

const comparison =
  (op: 'minimum' | 'greater'): Grower =>
  (graph, choices) => {
    const [a, b] = pair(graph, choices);
    graph.offer(first(graph.apply(op, [a, graph.apartFrom(a, b)], {})));
  };

const unary =
  (op: 'exp' | 'erf' | 'gelu' | 'scaledGelu' | 'tanhGelu' | 'gatedTanhGelu'): Grower =>
  (graph, choices) =>
    graph.offer(first(graph.apply(op, [anyValue(graph, choices)], {})));

const overLastAxis =
  (op: 'softmax' | 'logSoftmax'): Grower =>
  (graph, choices) =>
    graph.offer(first(graph.apply(op, [withAxes(graph, choices)], {})));

const reduction =
  (op: 'reduceSum' | 'reduceMean'): Grower =>
  (graph, choices) => {
    const value = anyValue(graph, choices);
    const axes = [...value.shape.keys()].filter(() => choices.maybe());
    graph.offer(first(graph.apply(op, [value], { axes, keepDimensions: choices.maybe() })));
  };

/**
 * Operations of random graphs: all except the quantised layer, whose rounding steps lie elsewhere in double precision
 * than in float32, the cast, which has no effect in pure float32, and the selection of rows, whose indices are not
 * random numbers. The op checks cover those three.
 */
export type GrownOp = Exclude<OpName, 'quantizedLinear' | 'cast' | 'gatherRows'>;

/** Every operation; omitting one is a type error. */
export const growers: { readonly [K in GrownOp]: Grower } = {
  constant: (graph, choices) => {
    const shape = choices.shape(choices.below(4));
    const data = Float32Array.from(graph.randomData(shape).data);
    graph.offer(first(graph.apply('constant', [], { shape, data })));
  },

  add: binary('add'),
  subtract: binary('subtract'),
  multiply: binary('multiply'),
  divide: (graph, choices) => {
    const [a, b] = pair(graph, choices);
    graph.offer(first(graph.apply('divide', [a, graph.positive(b)], {})));
  },
  minimum: comparison('minimum'),
  greater: comparison('greater'),
  exp: unary('exp'),
  sqrt: (graph, choices) => graph.offer(first(graph.apply('sqrt', [graph.positive(anyValue(graph, choices))], {}))),
  erf: unary('erf'),
  gelu: unary('gelu'),
  scaledGelu: unary('scaledGelu'),
  tanhGelu: unary('tanhGelu'),
  gatedTanhGelu: unary('gatedTanhGelu'),

  matmul: (graph, choices) => {
    const value = anyValue(graph, choices);
    const a = value.shape.length >= 2 ? value : graph.reshape(value, choices.factors(sizeOf(value.shape), 2));
    const [transposeA, transposeB] = [choices.maybe(), choices.maybe()];
    const leading = a.shape.slice(0, -2);
    const inner = a.shape.at(transposeA ? -2 : -1) as number;
    const partners = graph.pool.filter(
      ({ shape }) =>
        shape.length === a.shape.length &&
        sameShape(shape.slice(0, -2), leading) &&
        shape.at(transposeB ? -1 : -2) === inner,
    );
    const columns = 1 + choices.below(4);
    const fresh = [...leading, ...(transposeB ? [columns, inner] : [inner, columns])];
    const b = partners.length > 0 && choices.maybe() ? choices.among(partners) : graph.parameter(fresh);
    const scale = choices.among([1, 0.5, -1.5]);
    graph.offer(first(graph.apply('matmul', [a, b], { transposeA, transposeB, scale })));
  },
  linear: (graph, choices) => {
    const value = anyValue(graph, choices);
    const x = value.shape.length === 2 ? value : graph.reshape(value, choices.factors(sizeOf(value.shape), 2));
    const outputs = 1 + choices.below(4);
    const weight = graph.parameter([outputs, x.shape[1] as number]);
    const bias = choices.maybe() ? [graph.parameter([outputs])] : [];
    graph.offer(first(graph.apply('linear', [x, weight, ...bias], { scale: choices.among([1, 0.5, -1.5]) })));
  },
  attention: (graph, choices) => {
    const value = anyValue(graph, choices);
    const query = value.shape.length === 4 ? value : graph.reshape(value, choices.factors(sizeOf(value.shape), 4));
    const [batch, heads, , width] = query.shape as [number, number, number, number];
    const isSelfAttention = choices.maybe();
    const tokens = 1 + choices.below(3);
    const key = isSelfAttention ? query : graph.parameter([batch, heads, tokens, width]);
    const values = isSelfAttention ? query : graph.parameter([batch, heads, tokens, 1 + choices.below(3)]);
    const queryTokens = query.shape[2] as number;
    const keyTokens = isSelfAttention ? queryTokens : tokens;
    const mask = choices.maybe() ? [graph.parameter([batch, heads, queryTokens, keyTokens])] : [];
    const scale = choices.among([1, 0.5]);
    const [output, probabilities] = graph.apply('attention', [query, key, values, ...mask], { scale });
    // Each output alone, and both: each combination takes its own path through the gradient.
    const offered = choices.among([[output], [output, probabilities], [probabilities]]) as Value[];
    for (const one of offered) graph.offer(one);
  },

  softmax: overLastAxis('softmax'),
  logSoftmax: overLastAxis('logSoftmax'),
  layerNormalization: (graph, choices) => {
    const x = withAxes(graph, choices);
    const width = [x.shape.at(-1) as number];
    const [weight, bias] = [graph.parameter(width), graph.parameter(width)];
    // Large relative to the variance it guards: otherwise nearly constant rows would not be smooth.
    const epsilon = choices.among([0.5, 0.1]);
    const [result, mean, inverseDeviation] = graph.apply('layerNormalization', [x, weight, bias], { epsilon });
    graph.offer(result as Value);
    graph.statistics.push(mean as Value, inverseDeviation as Value);
  },

  reduceSum: reduction('reduceSum'),
  reduceMean: reduction('reduceMean'),

  reshape: (graph, choices) => {
    const value = anyValue(graph, choices);
    const shape = choices.factors(sizeOf(value.shape), 1 + choices.below(4));
    graph.offer(first(graph.apply('reshape', [value], { shape })));
  },
  transpose: (graph, choices) => {
    const value = withAxes(graph, choices);
    const axes = [...value.shape.keys()];
    const permutation = value.shape.map(() => axes.splice(choices.below(axes.length), 1)[0] as number);
    graph.offer(first(graph.apply('transpose', [value], { permutation })));
  },
  slice: (graph, choices) => {
    const value = withAxes(graph, choices);
    const axis = choices.below(value.shape.length);
    const size = value.shape[axis] as number;
    const start = choices.below(size);
    const end = start + 1 + choices.below(size - start);
    graph.offer(first(graph.apply('slice', [value], { axis, start, end })));
  },
  pad: (graph, choices) => {
    const value = withAxes(graph, choices);
    const axis = choices.below(value.shape.length);
    const [before, after] = [choices.below(3), choices.below(3)];
    graph.offer(first(graph.apply('pad', [value], { axis, before, after })));
  },
  concat: (graph, choices) => {
    const value = withAxes(graph, choices);
    const axis = choices.below(value.shape.length);
    const partners = graph.pool.filter(
      ({ shape }) => shape.length === value.shape.length && sameShape(shape.with(axis, 0), value.shape.with(axis, 0)),
    );
    // Up to more inputs than one GPU kernel can read.
    const parts = [
      value,
      ...Array.from({ length: choices.below(9) }, () => (partners.length > 0 ? choices.among(partners) : value)),
    ];
    graph.offer(first(graph.apply('concat', parts, { axis })));
  },
  expand: (graph, choices) => {
    const value = anyValue(graph, choices);
    const widened = value.shape.map((size) => (size === 1 ? 1 + choices.below(3) : size));
    const shape = [...choices.shape(choices.below(3)), ...widened];
    graph.offer(first(graph.apply('expand', [value], { shape })));
  },
};

export const grownOps = Object.keys(growers) as GrownOp[];
