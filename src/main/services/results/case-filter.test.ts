import { expect, it } from 'vitest';
import type { CasePrediction } from '#shared/models/run';
import { filterCases } from './case-filter';

const cases = [0.9, 0.2, 0.6, 0.6, 0.4].map(
  (score, image): CasePrediction => ({
    image,
    patient: null,
    truth: image % 2,
    predicted: score > 0.5 ? 0 : 1,
    confidence: Math.max(score, 1 - score),
    probabilities: [score, 1 - score],
    loss: 0,
  }),
);
const images = (found: readonly CasePrediction[]) => found.map(({ image }) => image);
const task = { positive: [0], negative: [1] };

it('finds the cases on either side of a threshold, highest score first', () => {
  expect(images(filterCases(cases, { near: { task, threshold: 0.6, count: 2 } }))).toEqual([2, 3, 4, 1]);
  expect(images(filterCases(cases, { near: { task, threshold: 0.1, count: 1 } }))).toEqual([1]);
  expect(images(filterCases(cases, { near: { task, threshold: 0.95, count: 1 } }))).toEqual([0]);
});

it('combines conditions', () => {
  expect(images(filterCases(cases, { correct: true }))).toEqual([0, 1, 2]);
  expect(images(filterCases(cases, { truth: 1, near: { task, threshold: 0.6, count: 2 } }))).toEqual([3, 1]);
  // The last bin includes a confidence of exactly 1.
  expect(images(filterCases(cases, { confidence: [0.9, 1] }))).toEqual([0]);
});
