import fc from 'fast-check';
import { backward } from '../autodiff/backward';
import type { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import { printGraph } from '../ir/print';
import { pruneGraph } from '../ir/prune';
import type { Value } from '../ir/value';
import type { OpName } from '../ops/attributes';
import type { ReferenceArray } from '../selftest/reference-array';
import { Choices, type GrownOp, growers, grownOps } from './growers';
import { GrowingGraph } from './growing-graph';

/** Recipe of a graph: plain numbers, which fast-check can shrink. */
interface Plan {
  readonly seed: number;
  /** Shapes of the first inputs. */
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly { readonly op: GrownOp; readonly picks: readonly number[] }[];
}

/** A well-typed graph with numbers for its inputs and a loss that depends on everything it computes. */
export interface RandomGraph {
  readonly inputs: ReadonlyMap<string, ReferenceArray>;
  /** Outputs `loss` and the values that no node reads. */
  readonly forward: Graph;
  /** The same with `gradient.x` for each input x on which the loss depends smoothly. */
  readonly training: Graph;
  /** Inputs that reach the loss through `greater` alone, if at all: their gradient is zero and not computed. */
  readonly flat: readonly string[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({ op: fc.constantFrom(...grownOps), picks: fc.array(fc.nat(59), { minLength: 8, maxLength: 8 }) }),
    { minLength: 1, maxLength: 10, size: 'max' },
  ),
});

/** Random graphs over all operations. They print as their nodes and shrink to fewer and simpler ones. */
export const randomGraphs: fc.Arbitrary<RandomGraph> = plans.map((plan) => {
  const random = grow(plan);
  return Object.assign(random, { [fc.toStringMethod]: () => printGraph(random.training) });
});

function grow({ seed, shapes, steps }: Plan): RandomGraph {
  const graph = new GrowingGraph(seed, shapes);
  for (const { op, picks } of steps) growers[op](graph, new Choices(picks));

  const { builder, parameters } = graph;
  const ends = unread(graph);
  ends.forEach((end, index) => {
    builder.output(`end.${index}`, end);
  });
  graph.statistics.forEach((statistic, index) => {
    builder.output(`statistic.${index}`, statistic);
  });
  const loss = weightedSum(builder, ends, (shape) => Float32Array.from(graph.randomData(shape).data));
  builder.output('loss', loss);
  const forward = builder.build('random graph');

  const smooth = reachedSmoothly(forward, loss);
  const wanted = parameters.filter(({ value }) => smooth.has(value.id));
  const gradients = backward(
    builder,
    loss,
    wanted.map(({ value }) => value),
  );
  wanted.forEach(({ name }, index) => {
    builder.output(gradientOf(name), gradients[index] as Value);
  });
  return {
    inputs: graph.data,
    forward,
    training: builder.build('random graph'),
    flat: parameters.filter(({ value }) => !smooth.has(value.id)).map(({ name }) => name),
  };
}

export const gradientOf = (input: string): string => `gradient.${input}`;

/** Returns the inputs and offered values that nothing reads on the way to an offered value, each once. */
function unread({ builder, parameters, pool }: GrowingGraph): Value[] {
  const outputs = pool.map((value) => ({ name: '', value }));
  const { nodes } = pruneGraph({ name: '', inputs: [], nodes: builder.nodes, outputs });
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ id }) => id)));
  const values = [...parameters.map(({ value }) => value), ...pool];
  return [...new Map(values.map((value) => [value.id, value])).values()].filter(({ id }) => !read.has(id));
}

/** Builds a loss that depends on each element of the values differently. */
function weightedSum(
  builder: GraphBuilder,
  values: readonly Value[],
  coefficients: (shape: readonly number[]) => Float32Array,
): Value {
  const sums = values.map((value) => {
    const product = builder.multiply(value, builder.constant(value.shape, coefficients(value.shape)));
    return builder.reduceSum(product, [...value.shape.keys()]);
  });
  return sums.reduce((sum, value) => builder.add(sum, value));
}

/** Returns the ids of the values that affect the loss other than through steps. */
function reachedSmoothly({ nodes }: Graph, loss: Value): ReadonlySet<number> {
  const reached = new Set([loss.id]);
  for (const { op, inputs, outputs } of nodes.toReversed()) {
    const [first] = outputs.map(({ id }) => reached.has(id));
    if (op === 'greater' || !outputs.some(({ id }) => reached.has(id))) continue;
    // An attention's probabilities do not depend on its values or its mask.
    const sources = op === 'attention' && !first ? inputs.slice(0, 2) : inputs;
    for (const { id } of sources) reached.add(id);
  }
  return reached;
}

/** Returns the operations on smooth paths from an input to the loss: those whose gradient rule runs. */
export function differentiatedOps({ forward }: RandomGraph): ReadonlySet<OpName> {
  const loss = forward.outputs.find(({ name }) => name === 'loss') as { value: Value };
  const behind = reachedSmoothly(forward, loss.value);
  const ahead = new Set(forward.inputs.map(({ value }) => value.id));
  const found = new Set<OpName>();
  for (const { op, inputs, outputs } of forward.nodes) {
    if (op === 'greater' || !inputs.some(({ id }) => ahead.has(id))) continue;
    for (const { id } of outputs) ahead.add(id);
    if (outputs.some(({ id }) => behind.has(id))) found.add(op);
  }
  return found;
}
