import { describe, expect, it } from 'vitest';
import { backward } from '../autodiff/backward';
import { GraphBuilder } from './builder';
import { checkGraph } from './check';
import { countMultiplyAccumulates } from './count-operations';
import type { Graph } from './graph';
import { peakActivationBytes } from './peak-memory';
import { printGraph } from './print';
import { pruneGraph } from './prune';

/** loss = sum((x W1^T) W2^T) */
function twoLayers() {
  const builder = new GraphBuilder();
  const x = builder.input('x', [5, 3]);
  const first = builder.input('first', [4, 3]);
  const second = builder.input('second', [2, 4]);
  const hidden = builder.linear(x, first, null);
  const loss = builder.reduceSum(builder.linear(hidden, second, null), [0, 1]);
  return { builder, first, second, loss };
}

describe('a graph', () => {
  it('prints one line per node', () => {
    const { builder, loss } = twoLayers();
    builder.output('loss', loss);
    expect(printGraph(builder.build('two layers'))).toBe(
      [
        'two layers(x = %1[5,3], first = %2[4,3], second = %3[2,4])',
        '  %4[5,4] = linear(%1[5,3], %2[4,3]) scale=1',
        '  %5[5,2] = linear(%4[5,4], %3[2,4]) scale=1',
        '  %6[] = reduceSum(%5[5,2]) axes=[0,1] keepDimensions=false',
        '  return loss = %6[]',
      ].join('\n'),
    );
  });

  it('rejects shapes that do not fit when it is built', () => {
    const builder = new GraphBuilder();
    const a = builder.input('a', [2, 3]);
    expect(() => builder.add(a, builder.input('b', [2]))).toThrow('add([2,3], [2]): [2,3] and [2] do not broadcast');
    expect(() => builder.matmul(a, a)).toThrow(/inner sizes/);
    expect(() => builder.reshape(a, [5])).toThrow(/number of elements/);
    expect(() => builder.slice(a, 1, 2, 4)).toThrow(/out of range/);
    expect(() => builder.transpose(a, [0, 0])).toThrow(/every axis once/);
    expect(() => builder.concat([a, builder.input('c', [2, 2])], 0)).toThrow(/differ/);
    expect(() => builder.input('a', [1])).toThrow(/two inputs named a/);
  });

  it('fails the check if a shape, an order or a definition is wrong', () => {
    const { builder, loss } = twoLayers();
    builder.output('loss', loss);
    const graph = builder.build('g');
    expect(() => checkGraph(graph)).not.toThrow();
    const [first, ...rest] = graph.nodes as [Graph['nodes'][number], ...Graph['nodes'][number][]];
    expect(() => checkGraph({ ...graph, nodes: rest })).toThrow(/uses value 4 before/);
    expect(() => checkGraph({ ...graph, nodes: [first, first, ...rest] })).toThrow(/value 4 is defined twice/);
    expect(() => checkGraph({ ...graph, nodes: [] })).toThrow(/output loss is never computed/);
    const lying = { ...first, outputs: [{ id: 4, shape: [4, 5], elementType: 'float32' }] } as Graph['nodes'][number];
    expect(() => checkGraph({ ...graph, nodes: [lying, ...rest] })).toThrow(/says \[4,5\] but derives \[5,4\]/);
    const half = { ...first, outputs: [{ id: 4, shape: [5, 4], elementType: 'float16' }] } as Graph['nodes'][number];
    expect(() => checkGraph({ ...graph, nodes: [half, ...rest] })).toThrow(/says float16 but derives float32/);
  });

  it('counts the products, and drops what no output needs', () => {
    const { builder, loss } = twoLayers();
    builder.exp(loss);
    builder.output('loss', loss);
    const graph = builder.build('g');
    expect(countMultiplyAccumulates(graph)).toBe(5 * 3 * 4 + 5 * 4 * 2);
    expect(pruneGraph(graph).nodes.map(({ op }) => op)).toEqual(['linear', 'linear', 'reduceSum']);
  });
});

describe('peakActivationBytes', () => {
  it('counts tensors alive at the same time, as by hand', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [10]);
    const a = builder.exp(x); // 10 live
    const b = builder.reshape(a, [2, 5]); // shares a
    const c = builder.reduceSum(b, [1]); // 10 + 2 live, then a goes
    const d = builder.expand(builder.reshape(c, [2, 1]), [2, 4]); // 2 + 8
    builder.output('y', builder.exp(d)); // the caller's
    expect(peakActivationBytes(builder.build('g'))).toBe(4 * 12);
  });
});

describe('backward', () => {
  it('adds nothing behind frozen parameters', () => {
    const { builder, second, loss } = twoLayers();
    const before = builder.nodes.length;
    const [gradient] = backward(builder, loss, [second]);
    expect(gradient?.shape).toEqual([2, 4]);
    // dY broadcast over the sum, and dW2 = dY^T h; neither dh nor dW1.
    const products = builder.nodes.slice(before).filter(({ op }) => op === 'matmul');
    expect(products.map(({ outputs }) => outputs[0]?.shape)).toEqual([[2, 4]]);
  });

  it('sums the gradients of a parameter over all paths', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', []);
    const [gradient] = backward(builder, builder.multiply(x, builder.multiply(x, x)), [x]);
    expect(gradient?.shape).toEqual([]);
    expect(builder.nodes.filter(({ op }) => op === 'add')).toHaveLength(2);
  });

  it('reports a loss that does not depend on a parameter', () => {
    const { builder, loss } = twoLayers();
    expect(() => backward(builder, loss, [builder.input('unused', [1])])).toThrow(/does not depend/);
    expect(() => backward(builder, builder.input('vector', [2]), [])).toThrow(/scalar/);
  });
});
