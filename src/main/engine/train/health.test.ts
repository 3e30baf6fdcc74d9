import { describe, expect, it } from 'vitest';
import { watchHealth } from './health';

/** Returns the step at which a run with these losses and norms ends, and how; null if it continues. */
function endOf(steps: readonly (readonly [loss: number, norm: number])[]): [number, string] | null {
  const health = watchHealth(Math.LN2);
  for (const [index, [loss, norm]] of steps.entries()) {
    try {
      health.checkStep(index + 1, loss, norm);
    } catch (error) {
      return [index + 1, (error as { code: string }).code];
    }
  }
  return null;
}

const times = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const usual = times<[number, number]>(40, [0.6, 2]);

describe('watchHealth', () => {
  it.each([
    ['a loss that is not a number', Number.NaN, 1, 'the loss'],
    ['an infinite loss', Number.POSITIVE_INFINITY, 1, 'the loss'],
    ['a gradient that is not a number', 0.5, Number.NaN, 'the gradient'],
  ])('ends a run at once: %s', (_, loss, norm, what) => {
    const health = watchHealth(Math.LN2);
    expect(() => health.checkStep(7, loss, norm)).toThrow(
      expect.objectContaining({ code: 'diverged', message: expect.stringContaining(`at step 7: ${what}`) }),
    );
    expect(() => health.checkValidation(2, Number.NaN)).toThrow(expect.objectContaining({ code: 'diverged' }));
    expect(() => health.checkValidation(2, 0.3)).not.toThrow();
  });

  it('ends a run whose gradients stay a thousand times too long while it is worse than guessing', () => {
    expect(endOf([...usual, ...times<[number, number]>(5, [0.9, 2001])])).toEqual([45, 'gradient_exploded']);
  });

  it.each([
    ['one bad batch, again and again', times(20, [...times(4, [0.9, 1e5] as const), [0.6, 2] as const]).flat()],
    ['long gradients of a run that is better than guessing', times(50, [0.5, 1e5] as const)],
    [
      'a hard image near the end, where gradients are next to nothing',
      [...times(60, [1e-4, 1e-4] as const), ...times(9, [0.9, 50] as const)],
    ],
  ])('lets a run continue: %s', (_, steps) => {
    expect(endOf([...usual, ...steps])).toBeNull();
  });

  it('ends a run that has been lost for thirty steps, unless it recovers', () => {
    // Guessing costs 0.69; five times that is 3.47. A median of 30 is above when 15 of them are.
    expect(endOf([...usual, ...times<[number, number]>(40, [3.6, 2])])).toEqual([40 + 15, 'diverged']);
    expect(endOf([...usual, ...times<[number, number]>(14, [50, 2]), ...usual])).toBeNull();
    expect(endOf(times<[number, number]>(29, [50, 2]))).toBeNull();
  });
});
