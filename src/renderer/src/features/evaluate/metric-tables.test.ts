import { expect, it } from 'vitest';
import type { Evaluation } from '#shared/models/run';
import { classTable, headlineTable } from './metric-tables';

const metric = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 10 });
const row = {
  label: 'benign',
  precision: metric(0.8),
  recall: metric(0.7),
  specificity: metric(0.8),
  f1: metric(0.75),
  auc: null,
  support: 10,
  truePositives: 7,
  falsePositives: 2,
  falseNegatives: 3,
  trueNegatives: 8,
};
const evaluation: Evaluation = {
  run: 'r',
  split: 'validation',
  classes: ['benign'],
  n: 10,
  patients: 5,
  withoutPatient: 0,
  testTimeViews: 0,
  leak: null,
  leaks: [],
  loss: { value: 0.5, low: null, high: null, n: 10 },
  accuracy: metric(0.7),
  perClass: [row],
  macroRecall: metric(0.7),
  macroPrecision: metric(0.65),
  weightedRecall: metric(0.7),
  macroF1: metric(0.75),
  auc: null,
  confusionMatrix: [[7]],
  confidence: { edges: [0, 1], correct: [7], incorrect: [3] },
  cautions: [],
  seconds: 1,
  imagesPerSecond: 10,
  evaluatedAt: '2026-01-01T00:00:00Z',
};

it('gives every row as many cells as there are columns', () => {
  for (const table of [headlineTable(evaluation), classTable(evaluation)]) {
    for (const cells of table.rows) expect(cells).toHaveLength(table.columns.length);
  }
});

it('puts values under their columns and leaves missing ones empty', () => {
  const { columns, rows } = classTable(evaluation);
  const cell = (name: string) => rows[0]?.[columns.indexOf(name)];
  expect(cell('Recall')).toBe(0.7);
  expect(cell('Precision high')).toBeCloseTo(0.9, 12);
  expect(cell('AUC')).toBeNull();
  expect(cell('TN')).toBe(8);
  expect(headlineTable(evaluation).rows[5]).toEqual(['Loss', 0.5, null, null, 10]);
});
