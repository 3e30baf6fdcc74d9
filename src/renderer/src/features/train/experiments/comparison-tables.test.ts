import { describe, expect, it } from 'vitest';
import type { ComparedRun } from '#shared/models/comparison';
import type { EpochRecord, Evaluation } from '#shared/models/run';
import { learningCurves, resultTable, shownValue, valuesTable } from './comparison-tables';

const metric = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 10 });
const evaluation = {
  accuracy: metric(0.7),
  macroF1: metric(0.6),
  macroRecall: metric(0.65),
  auc: null,
  loss: { value: 0.5, low: null, high: null, n: 10 },
  n: 10,
} as Evaluation;
const epoch = (number: number, auc: number | null) => ({ epoch: number, metrics: { auc } }) as EpochRecord;
const run = (name: string, changes: Partial<ComparedRun>): ComparedRun =>
  ({
    summary: { name, state: 'finished' },
    history: [epoch(1, 0.5), epoch(2, null)],
    evaluation,
    verdict: 'best',
    behind: null,
    ...changes,
  }) as ComparedRun;
const runs = [
  run('a', {}),
  run('b', { evaluation: null, verdict: 'unmeasured' }),
  run('c', { verdict: 'alike', behind: metric(0.02) }),
];

describe('tables', () => {
  it('have a cell for every column, empty where nothing was measured', () => {
    const { columns, rows } = resultTable(runs, ['1e-5', '2e-5', '5e-5'], 'Learning rate');
    for (const row of rows) expect(row).toHaveLength(columns.length);
    const cell = (row: number, name: string) => rows[row]?.[columns.indexOf(name)];
    expect(cell(0, 'Learning rate')).toBe('1e-5');
    expect(cell(0, 'Macro F1 high')).toBeCloseTo(0.7, 12);
    expect(cell(0, 'AUC')).toBeNull();
    expect(cell(1, 'Accuracy')).toBeNull();
    expect([cell(2, 'Verdict'), cell(2, 'Difference from the best')]).toEqual([
      'No significant difference from the best',
      0.02,
    ]);
  });

  it('shorten hashes and export them in full', () => {
    const hash = 'ab'.repeat(32);
    expect(shownValue(hash)).toBe('abababababab');
    expect(shownValue(null)).toBe('automatic');
    expect(valuesTable([{ key: 'split', values: [hash, true], differs: true }], ['a', 'b'])).toEqual({
      columns: ['Setting', 'a', 'b'],
      rows: [['split', hash, 'true']],
    });
  });
});

it('draws one line per run, with a gap where a metric has no value', () => {
  const [first] = learningCurves({ runs }, [], ({ metrics }) => metrics.auc);
  expect(first).toEqual({
    label: 'a',
    points: [
      [1, 0.5],
      [2, Number.NaN],
    ],
  });
});
