import { describe, expect, it } from 'vitest';
import { fitLogisticRegression, type LogisticData, type LogisticOptions } from './logistic-regression';

const [rows, width, classes] = [24, 4, 3];
/** Four features of different scale, the last one constant, that separate the classes slightly. */
const data: LogisticData = {
  width,
  classes,
  features: Float32Array.from({ length: rows * width }, (_, at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    if (j === 3) return 5;
    return Math.sin(1.7 * i + 2.3 * j * j + 0.5 * (i % 3) * j) * (1 + 3 * j) + 2 * j + (j === 1 ? 0.4 * (i % 3) : 0);
  }),
  labels: Int32Array.from({ length: rows }, (_, i) => (i < 20 ? i % 3 : 0)),
};
const options: LogisticOptions = {
  ...{ penalty: 1, rowsPerImage: 1, classWeights: null, labelSmoothing: 0 },
  ...{ tolerance: 1e-10, maximumIterations: 1000 },
};
/** n / (classes x n of the class) for 11, 7 and 6 images. */
const balanced = [24 / 33, 24 / 21, 24 / 18];

/**
 * scikit-learn 1.9, `make_pipeline(StandardScaler(), LogisticRegression(C, tol=1e-10, max_iter=100000))` on the same
 * numbers, its coefficients divided by the scaler's deviations and its intercepts shifted by the means. The second case
 * has each row three times, once a class, with `sample_weight` = (1 - e) w_y [c = y] + e / 3 w_c for e = 0.1.
 */
const references = [
  {
    given: options,
    weight: [-0.096827, -0.036528, 0.045079, 0, -0.014525, -0.054519, -0.048661, 0, 0.111352, 0.091047, 0.003582, 0],
    bias: [0.260411, 0.220953, -0.481365],
    loss: 1.0246846556971134,
  },
  {
    given: { ...options, penalty: 0.1, classWeights: balanced, labelSmoothing: 0.1 },
    weight: [-0.037155, -0.004223, 0.01834, 0, 0.061579, -0.024664, -0.021556, 0, -0.024424, 0.028887, 0.003216, 0],
    bias: [-0.096546, 0.149466, -0.05292],
    loss: 1.0826310219618678,
  },
];

describe('logistic regression', () => {
  it.each(references)("finds scikit-learn's coefficients: C $given.penalty", async ({ given, weight, bias, loss }) => {
    const fit = await fitLogisticRegression(data, given);
    expect(fit.search.converged).toBe(true);
    for (const [index, value] of weight.entries()) expect(fit.weight[index]).toBeCloseTo(value, 5);
    for (const [index, value] of bias.entries()) expect(fit.bias[index]).toBeCloseTo(value, 5);
    expect(fit.loss).toBeCloseTo(loss, 6);
  });

  it('counts the views of an image as one', async () => {
    const twice = {
      ...data,
      features: Float32Array.of(...data.features, ...data.features),
      labels: Int32Array.of(...data.labels, ...data.labels),
    };
    const one = await fitLogisticRegression(data, options);
    const two = await fitLogisticRegression(twice, { ...options, rowsPerImage: 2 });
    for (const [index, value] of one.weight.entries()) expect(two.weight[index]).toBeCloseTo(value, 7);
    expect(two.loss).toBeCloseTo(one.loss, 7);
  });

  it('reports each iteration, and when they do not suffice', async () => {
    const values: number[] = [];
    const fit = await fitLogisticRegression(data, {
      ...options,
      maximumIterations: 2,
      onIteration: async (_, value) => {
        values.push(value);
      },
    });
    expect(fit.search).toMatchObject({ iterations: 2, converged: false });
    expect(values).toHaveLength(2);
    expect(values[1]).toBeLessThan(values[0] as number);
  });
});
