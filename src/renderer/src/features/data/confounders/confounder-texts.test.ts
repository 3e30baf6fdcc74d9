import { expect, it } from 'vitest';
import type { ConfounderFinding, ConfounderScan } from '#shared/models/confounders';
import { countTable, firstSource, measuredFindings, scanTable, valueText } from './confounder-texts';

const finding = (source: ConfounderFinding['source'], value: number | null): ConfounderFinding => ({
  source,
  values: 2,
  missing: 0,
  auc: value === null ? null : { value, low: value - 0.1, high: value + 0.1, n: 100 },
  balancedAccuracy: null,
  p: value === null ? null : 0.001,
  adjustedP: value === null ? null : 0.017,
  permutations: 999,
  verdict: value === null ? 'missing' : 'strong',
  sentence: 'In words.',
});

const scan = (findings: ConfounderFinding[]): ConfounderScan => ({
  createdAt: '2026-01-01T00:00:00Z',
  state: '',
  images: 100,
  examined: 100,
  groups: 50,
  classes: [],
  leftOut: [],
  folds: 5,
  repeats: 3,
  seconds: 1,
  summary: '',
  findings,
});

it('lists findings, the most certain first, and opens the most certain single source', () => {
  const given = scan([finding('model', 0.6), finding('site', null), finding('tags', 0.9), finding('border', 0.7)]);
  expect(measuredFindings(given).map(({ source }) => source)).toEqual(['tags', 'border', 'model']);
  expect(firstSource(given)).toBe('border');
  expect(firstSource(scan([finding('tags', 0.9)]))).toBe('tags');
  expect(firstSource(scan([]))).toBeNull();
});

it('exports every source, including those without a result', () => {
  const { columns, rows } = scanTable(scan([finding('model', 0.6), finding('site', null)]));
  expect(rows.map((row) => row.length)).toEqual([columns.length, columns.length]);
  expect(rows[0]?.slice(0, 2)).toEqual(['Scanner model', 0.6]);
  expect(rows[1]?.slice(0, 3)).toEqual(['Site', null, null]);
});

it('names missing values, transfer syntaxes and unlisted values', () => {
  expect(valueText('syntax', '1.2.840.10008.1.2.5')).toBe('RLE lossless');
  expect(valueText('model', null)).toBe('Missing');
  const table = { classes: ['a', 'b'], rows: [{ value: null, counts: [1, 2] }], more: { values: 3, counts: [4, 5] } };
  expect(countTable('model', table).rows).toEqual([
    ['Missing', 1, 2],
    ['3 more values', 4, 5],
  ]);
});
