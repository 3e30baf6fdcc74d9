import { describe, expect, it } from 'vitest';
import { minimise, type Objective } from './lbfgs';

/** Rosenbrock 1960, in pairs: a curved valley whose only minimum is 0 at (1, 1, …). */
const rosenbrock: Objective = (x, gradient) => {
  let value = 0;
  for (let i = 0; i < x.length; i += 2) {
    const [a, b] = [x[i] as number, x[i + 1] as number];
    value += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = -400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = 200 * (b - a * a);
  }
  return value;
};

/** sum of c_i (x_i - i)^2 / 2 with c from 1 to 10^6: the minimum is 0 at i. */
const stretched: Objective = (x, gradient) =>
  x.reduce((sum, value, i) => {
    const curvature = 10 ** (i / 2);
    gradient[i] = curvature * (value - i);
    return sum + (curvature * (value - i) ** 2) / 2;
  }, 0);

describe('minimise', () => {
  it('follows a curved valley to its end', async () => {
    const start = Float64Array.of(-1.2, 1, -1.2, 1, 3, -2);
    const values: number[] = [];
    const found = await minimise(rosenbrock, start, {
      tolerance: 1e-9,
      maximumIterations: 500,
      onIteration: async (iteration, value) => {
        expect(iteration).toBe(values.length + 1);
        values.push(value);
      },
    });
    expect(found).toMatchObject({ converged: true, iterations: values.length });
    expect(found.iterations).toBeLessThan(200);
    for (const value of found.x) expect(value).toBeCloseTo(1, 8);
    // Each step goes down.
    expect(values.every((value, index) => value < (values[index - 1] ?? 24.2 * 2 + 12104))).toBe(true);
    expect([...start]).toEqual([-1.2, 1, -1.2, 1, 3, -2]);
  });

  // scipy 1.17's L-BFGS-B takes 1262 iterations to the same gradient.
  it('needs no more steps than others if the curvatures differ by a million', async () => {
    const found = await minimise(stretched, new Float64Array(13), { tolerance: 1e-8, maximumIterations: 1500 });
    expect(found.converged).toBe(true);
    for (const [i, value] of found.x.entries()) expect(value).toBeCloseTo(i, 7);
  });

  it('reports exhausted iterations and a missing minimum', async () => {
    const start = Float64Array.of(-1.2, 1);
    expect(await minimise(rosenbrock, start, { tolerance: 1e-9, maximumIterations: 3 })).toMatchObject({
      converged: false,
      iterations: 3,
    });
    const slope: Objective = (_, gradient) => {
      gradient[0] = 1;
      return Number.NaN;
    };
    expect((await minimise(slope, Float64Array.of(0), { tolerance: 1e-9, maximumIterations: 50 })).converged).toBe(
      false,
    );
  });

  it('stops at once at a minimum', async () => {
    const found = await minimise(rosenbrock, Float64Array.of(1, 1), { tolerance: 1e-9, maximumIterations: 50 });
    expect(found).toMatchObject({ converged: true, iterations: 0, value: 0 });
  });

  it('stops on request', async () => {
    const search = minimise(rosenbrock, Float64Array.of(-1.2, 1), {
      tolerance: 1e-9,
      maximumIterations: 50,
      onIteration: () => Promise.reject(new Error('enough')),
    });
    await expect(search).rejects.toThrow('enough');
  });
});
