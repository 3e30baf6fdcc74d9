import { expect, it } from 'vitest';
import { createRandom, normal } from '../random';
import { relativeError } from '../selftest/check';
import { updateInPlace } from './adamw';
import { createKernelGroup } from './adamw-kernel';
import { averageInPlace } from './weight-average';

it.each([
  [1, 0],
  [4, 4],
  [1003, 0],
  [1003, 1003],
  [1003, 501],
  [70_000, 33],
])('%i elements, the first %i of them with decay, match the plain update', (size, decaySize) => {
  const random = createRandom(size);
  const draw = (): Float32Array => Float32Array.from({ length: size }, () => normal(random));
  const group = createKernelGroup(size, true);
  const averages = new Float32Array(size);
  group.parameters.set(draw());
  const plain = {
    parameters: group.parameters.slice(),
    firstMoments: new Float32Array(size),
    secondMoments: new Float32Array(size),
  };
  for (let step = 1; step <= 4; step += 1) {
    const rates = { step, learningRate: 0.03 * step, weightDecay: 0.3 };
    const gradients = draw();
    group.gradients.set(gradients);
    group.update(0.7, decaySize, rates);
    updateInPlace(plain, gradients, 0.7, decaySize, rates);
    group.average(0.1 * step);
    averageInPlace(averages, plain.parameters, 0.1 * step);
  }
  expect(relativeError(group.parameters, plain.parameters)).toBeLessThan(1e-6);
  expect(relativeError(group.firstMoments, plain.firstMoments)).toBeLessThan(1e-6);
  expect(relativeError(group.secondMoments, plain.secondMoments)).toBeLessThan(1e-6);
  expect(relativeError(group.averages ?? [], averages)).toBeLessThan(1e-6);
  expect(averages).not.toEqual(plain.parameters);
  expect(plain.parameters).not.toEqual(new Float32Array(size));
});
