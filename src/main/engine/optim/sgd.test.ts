import { expect, it } from 'vitest';
import { sgdInPlace } from './sgd';

// torch.optim.SGD of PyTorch 2.15 over four steps at rates 0.1, 0.05, 0.2, 0.01 with gradients (k + 1) / 2 times
// [0.3, -0.7, 0.2 | -0.4, 0.9]; the first three parameters take weight decay, the other two do not.
it.each([
  [0.9, 0.1, [0.2444935, -0.6474497, 1.7022935, 1.0414979, -0.9558705]],
  [0, 0, [0.374, -0.9560001, 1.916, 0.918, -0.678]],
])('with momentum %f and decay %f matches PyTorch', (momentum, weightDecay, expected) => {
  const state = { parameters: Float32Array.of(0.5, -1.25, 2, 0.75, -0.3), velocities: new Float32Array(5) };
  for (const [k, learningRate] of [0.1, 0.05, 0.2, 0.01].entries()) {
    const gradients = Float32Array.of(0.3, -0.7, 0.2, -0.4, 0.9).map((g) => g * (k + 1));
    sgdInPlace(state, gradients, 0.5, 3, { learningRate, weightDecay, momentum });
  }
  expected.forEach((value, i) => {
    expect(state.parameters[i]).toBeCloseTo(value, 6);
  });
});
