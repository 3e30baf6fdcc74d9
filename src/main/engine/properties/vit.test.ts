import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { createRandom, normal } from '../random';
import { evaluateGraph } from '../selftest/evaluate-graph';
import type { ReferenceArray } from '../selftest/reference-array';
import type { Tensor } from '../tensor';
import { createSession } from '../train/create-session';
import { createMaskDraw, dropoutSites } from '../train/masks';
import { prepareMicroBatch } from '../train/micro-batch';
import { vitModel } from '../train/model';
import { gradientName, inputNames } from '../train/program-names';
import { buildGradientProgram } from '../train/programs';
import { families } from '../vit/config';
import { distance, norm } from './distance';
import { type RandomVit, randomVits } from './random-vit';
import { runs, timeFor } from './runs';

/** A rate with which float32 products are exact, large enough that a step is not lost in the parameter's rounding. */
const RATE = 64;
/** Step of the directional derivative; the error is of order step^4. */
const STEP = 1e-4;

type Arrays = ReadonlyMap<string, ReferenceArray>;

const toReference = ({ shape, data }: Tensor): ReferenceArray => ({ shape, data: Float64Array.from(data) });

/** Runs a step's gradient program in double precision, summed over its micro-batches. */
function referenceStep(vit: RandomVit) {
  const model = vitModel(vit.config, vit.trainable);
  const options = { ...vit.options, optimizer: { kind: 'adamw' as const } };
  const graph = buildGradientProgram(model, options.microBatch);
  const lossOnly = { ...graph, outputs: graph.outputs.filter(({ name }) => name === 'loss') };
  const draw = createMaskDraw(dropoutSites(model, options.microBatch), options.seeds);
  const inputs = vit.microBatches.map((batch, index) => {
    const { pixels, targets } = prepareMicroBatch(model, options, batch, 1 / vit.microBatches.length);
    const tensors = new Map<string, Tensor>([
      [inputNames.pixels, { shape: [options.microBatch, ...model.inputShape], data: pixels }],
      [inputNames.targets, { shape: [options.microBatch, model.classes], data: targets }],
      ...draw(0, index),
    ]);
    return new Map([...tensors].map(([name, tensor]) => [name, toReference(tensor)]));
  });
  const names = model.trainable.flatMap((group) => group.parameters.map(({ name }) => name));
  return {
    names,
    gradients: (parameters: Arrays, round?: (x: number) => number): ReadonlyMap<string, Float64Array> => {
      const each = inputs.map((input) => evaluateGraph(graph, new Map([...parameters, ...input]), round));
      const sum = (name: string): Float64Array =>
        each
          .map((outputs) => (outputs.get(gradientName(name)) as ReferenceArray).data)
          .reduce((a, b) => a.map((x, i) => x + (b[i] as number)));
      return new Map(names.map((name) => [name, sum(name)]));
    },
    loss: (parameters: Arrays): number =>
      inputs.reduce((sum, input) => {
        const outputs = evaluateGraph(lossOnly, new Map([...parameters, ...input]));
        return sum + (outputs.get('loss')?.data[0] as number);
      }, 0),
  };
}

/** Returns the gradient that one step of plain SGD uses on a device, derived from the change of the parameters. */
async function deviceStep(device: EngineDevice, vit: RandomVit, names: readonly string[]) {
  const session = await createSession(
    createBackend({ device, threads: 1 }),
    vitModel(vit.config, vit.trainable),
    { ...vit.options, optimizer: { kind: 'sgd', momentum: 0 } },
    vit.parameters,
  );
  const { loss, gradientNorm } = await session.step(vit.microBatches, RATE);
  const after = await session.parameters();
  await session.dispose();
  const moved = (name: string): Float64Array => {
    const [start, end] = [vit.parameters.get(name)?.data ?? [], after.get(name)?.data ?? []];
    return Float64Array.from(start, (x, i) => (x - (end[i] as number)) / RATE);
  };
  const frozen = [...vit.parameters.keys()].filter((name) => !names.includes(name));
  return {
    loss,
    gradientNorm,
    gradients: new Map(names.map((name) => [name, moved(name)])),
    movedFrozen: frozen.filter((name) => moved(name).some((x) => x !== 0)),
  };
}

describe('a training step of random models', () => {
  it(
    'has the directional derivative of double precision, on the CPU and TensorFlow.js too',
    async () => {
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(randomVits, async (vit) => {
          const reference = referenceStep(vit);
          const start = new Map([...vit.parameters].map(([name, tensor]) => [name, toReference(tensor)]));
          const exact = reference.gradients(start);
          const rounded = reference.gradients(start, Math.fround);
          const whole = norm([...exact.values()].map(norm));

          const random = createRandom(vit.options.seeds[0] ?? 0);
          const direction = new Map(
            reference.names.map((name) => [name, start.get(name)?.data.map(() => normal(random))]),
          );
          const lossAlong = (step: number): number =>
            reference.loss(
              new Map(
                [...start].map(([name, { shape, data }]) => {
                  const towards = direction.get(name);
                  return [name, { shape, data: data.map((x, i) => x + step * (towards?.[i] ?? 0)) }];
                }),
              ),
            );
          const difference = (step: number): number => (lossAlong(step) - lossAlong(-step)) / (2 * step);
          const numeric = (4 * difference(STEP / 2) - difference(STEP)) / 3;
          const slope = [...exact].reduce(
            (sum, [name, data]) => sum + data.reduce((part, x, i) => part + x * (direction.get(name)?.[i] ?? 0), 0),
            0,
          );
          // Constants of the gradient rules are float32.
          expect(Math.abs(slope - numeric)).toBeLessThan(1e-6 * Math.max(1, whole));

          const loss = reference.loss(start);
          for (const device of ['cpu', 'tfjs'] as const) {
            const taken = await deviceStep(device, vit, reference.names);
            expect(Math.abs(taken.loss - loss), `loss on ${device}`).toBeLessThan(1e-5 * Math.max(1, loss));
            expect(Math.abs(taken.gradientNorm - whole), `norm on ${device}`).toBeLessThan(1e-4 * whole + 1e-6);
            for (const [name, gradient] of exact) {
              // As for graphs: cancelling terms leave a multiple of the reference's rounding error.
              const noise = distance(rounded.get(name) ?? [], gradient);
              const error = distance(taken.gradients.get(name) ?? [], gradient);
              const limit = 1e-4 * norm(gradient) + 1e-6 * Math.max(1, whole) + 100 * noise;
              expect(error, `gradient of ${name} on ${device}`).toBeLessThan(limit);
            }
            expect(taken.movedFrozen).toEqual([]);
          }
          met.add(vit.config.family).add(typeof vit.trainable === 'string' ? vit.trainable : 'last-blocks');
        }),
        runs(20),
      );
      expect([...met].sort()).toEqual([...families, 'all', 'head', 'last-block', 'last-blocks'].sort());
    },
    timeFor(120),
  );
});
