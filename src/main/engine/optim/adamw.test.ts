import { describe, expect, it } from 'vitest';
import { clipFactor, sumOfSquares, updateInPlace } from './adamw';

describe('updateInPlace', () => {
  it('moves the first step by the learning rate for any gradient, and decays only the first part', () => {
    const state = {
      parameters: Float32Array.of(1, 1, 1),
      firstMoments: new Float32Array(3),
      secondMoments: new Float32Array(3),
    };
    // After one step m / (1 - b1) = g and v / (1 - b2) = g^2, so that p = p (1 - rate decay) - rate sign(g).
    updateInPlace(state, Float32Array.of(5, -0.001, 2), 1, 1, { step: 1, learningRate: 0.1, weightDecay: 0.5 });
    expect(state.parameters[0]).toBeCloseTo(1 - 0.05 - 0.1, 5);
    expect(state.parameters[1]).toBeCloseTo(1 + 0.1, 5);
    expect(state.parameters[2]).toBeCloseTo(1 - 0.1, 5);
    expect(state.firstMoments[0]).toBeCloseTo(0.5, 6);
    expect(state.secondMoments[0]).toBeCloseTo(0.025, 6);
  });

  it('follows the published recursion over several steps', () => {
    const state = {
      parameters: Float32Array.of(0.5),
      firstMoments: new Float32Array(1),
      secondMoments: new Float32Array(1),
    };
    let [p, m, v] = [0.5, 0, 0];
    for (const [index, g] of [0.3, -0.7, 0.2].entries()) {
      const step = index + 1;
      updateInPlace(state, Float32Array.of(2 * g), 0.5, 1, { step, learningRate: 0.01, weightDecay: 0.1 });
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      p = p * (1 - 0.001) - (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
      expect(state.parameters[0]).toBeCloseTo(p, 6);
    }
  });
});

it('clips to the norm as PyTorch does, and never scales up', () => {
  expect(clipFactor(4, 1)).toBeCloseTo(0.25, 6);
  expect(clipFactor(0.5, 1)).toBe(1);
  expect(clipFactor(0, 1)).toBe(1);
  expect(sumOfSquares(Float32Array.of(3, 4))).toBe(25);
});
