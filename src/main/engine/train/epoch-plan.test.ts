import { describe, expect, it } from 'vitest';
import { samplingWeights } from '#shared/training/plan';
import { countRepeats, epochOrder, epochPlan } from './epoch-plan';

describe('epochPlan', () => {
  it('uses every image once, in a new order each epoch, reproducible by seed', () => {
    const plan = epochPlan(42, 1, 23, 5, null);
    expect(plan.map(({ length }) => length)).toEqual([5, 5, 5, 5, 3]);
    expect(plan.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    expect(epochPlan(42, 1, 23, 5, null)).toEqual(plan);
    expect(epochPlan(42, 2, 23, 5, null)).not.toEqual(plan);
    expect(epochPlan(43, 1, 23, 5, null)).not.toEqual(plan);
  });
});

describe('epochOrder with weights', () => {
  it('draws classes uniformly, with replacement, and images uniformly within a class', () => {
    // 90, 9 and 1 images.
    const labels = Array.from({ length: 100 }, (_, i) => (i < 90 ? 0 : i < 99 ? 1 : 2));
    const weights = samplingWeights(labels, 3);
    const draws = Array.from({ length: 300 }, (_, epoch) => epochOrder(7, epoch, 100, weights)).flat();
    const classes = [0, 0, 0];
    const images = Array<number>(100).fill(0);
    for (const position of draws) {
      classes[labels[position] as number] = (classes[labels[position] as number] as number) + 1;
      images[position] = (images[position] as number) + 1;
    }
    // 30000 draws: expectation 10000 per class, standard deviation 82; five of them.
    for (const count of classes) expect(Math.abs(count - 10_000)).toBeLessThan(410);
    // For the second class 1111 per image, deviation 33; for the first 111, deviation 10.5.
    for (const count of images.slice(90, 99)) expect(Math.abs(count - 1111)).toBeLessThan(165);
    for (const count of images.slice(0, 90)) expect(Math.abs(count - 111)).toBeLessThan(53);
  });

  it('depends on seed and epoch only', () => {
    const weights = samplingWeights([0, 0, 0, 1, 1, 0, 0, 0, 0, 0], 2);
    const order = epochOrder(3, 1, 10, weights);
    expect(epochOrder(3, 1, 10, weights)).toEqual(order);
    expect(epochOrder(3, 2, 10, weights)).not.toEqual(order);
    expect(epochOrder(4, 1, 10, weights)).not.toEqual(order);
  });

  it('never draws an image of weight 0', () => {
    expect(new Set(epochOrder(1, 1, 3, [0, 1, 0]))).toEqual(new Set([1]));
    expect(() => epochOrder(1, 1, 2, [0, 0])).toThrow(RangeError);
  });
});

it('counts how often a position occurred before', () => {
  expect(countRepeats([[3, 1, 3], [1, 3], [0]])).toEqual([[0, 0, 1], [1, 2], [0]]);
});
