import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGraph } from '../ir/check';
import { printGraph } from '../ir/print';
import type { OpName } from '../ops/attributes';
import { relativeError } from '../selftest/check';
import { evaluateGraph } from '../selftest/evaluate-graph';
import type { ReferenceArray } from '../selftest/reference-array';
import { grownOps } from './growers';
import { differentiatedOps, gradientOf, type RandomGraph, randomGraphs } from './random-graph';
import { runs, timeFor } from './runs';

/** Step of the central differences; the error is of order step^4. */
const STEP = 2e-4;

/** d loss / d x of each element of an input, by central differences in double precision, extrapolated to step 0. */
function numericGradient({ forward, inputs }: RandomGraph, name: string): Float64Array {
  const lossOnly = { ...forward, outputs: forward.outputs.filter(({ name: output }) => output === 'loss') };
  const { shape, data } = inputs.get(name) as ReferenceArray;
  const lossAt = (position: number, change: number): number => {
    const moved = data.with(position, (data[position] as number) + change);
    return evaluateGraph(lossOnly, new Map([...inputs, [name, { shape, data: moved }]])).get('loss')?.data[0] as number;
  };
  const difference = (position: number, step: number): number =>
    (lossAt(position, step) - lossAt(position, -step)) / (2 * step);
  return data.map((_, position) => (4 * difference(position, STEP / 2) - difference(position, STEP)) / 3);
}

describe('gradients of random graphs', () => {
  it(
    'agree with central differences in double precision, for every operation',
    () => {
      const built = new Set<OpName>();
      const differentiated = new Set<OpName>();
      fc.assert(
        fc.property(randomGraphs, (random) => {
          checkGraph(random.training);
          const outputs = evaluateGraph(random.training, random.inputs);
          for (const name of random.inputs.keys()) {
            const numeric = numericGradient(random, name);
            const exact = random.flat.includes(name) ? numeric.map(() => 0) : outputs.get(gradientOf(name))?.data;
            // Constants of the gradient rules are float32: terms of size 1 that cancel leave 1e-7.
            const error = relativeError(exact ?? [], numeric, 1);
            if (!(error < 1e-6)) {
              throw new Error(
                `d loss / d ${name}: off by ${error}: [${exact}] against [${numeric}]\n${printGraph(random.training)}`,
              );
            }
          }
          for (const { op } of random.forward.nodes) built.add(op);
          for (const op of differentiatedOps(random)) differentiated.add(op);
        }),
        runs(300),
      );
      const all = [...grownOps].sort();
      expect([...built].sort()).toEqual(all);
      expect([...differentiated].sort()).toEqual(all.filter((op) => op !== 'constant' && op !== 'greater'));
    },
    timeFor(60),
  );
});
