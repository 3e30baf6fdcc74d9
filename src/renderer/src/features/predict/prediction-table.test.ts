import { expect, it } from 'vitest';
import type { FilePrediction } from '#shared/models/prediction';
import { toCsvFile } from '../../components/table-text';
import { predictionTable, sortPredictions } from './prediction-table';

const prediction = (name: string, label: string | null, confidence: number | null): FilePrediction => ({
  id: name,
  name,
  ok: label !== null,
  label,
  confidence,
  testTimeViews: 0,
  probabilities: label === null ? [] : [{ label, probability: confidence ?? 0 }],
  attention: null,
  error: label === null ? { code: 'unreadable', message: 'no pixels' } : null,
});

const predictions = [
  prediction('scan 10.dcm', 'benign', 0.6),
  prediction('bad.dcm', null, null),
  prediction('scan 2.dcm', 'malignant', 0.9),
  prediction('=cmd.png', 'benign', 0.7),
];
const names = (sorted: readonly FilePrediction[]) => sorted.map(({ name }) => name);

it('sorts, with failures last', () => {
  expect(names(sortPredictions(predictions, { key: 'confidence', descending: true }))).toEqual([
    'scan 2.dcm',
    '=cmd.png',
    'scan 10.dcm',
    'bad.dcm',
  ]);
  expect(names(sortPredictions(predictions, { key: 'confidence', descending: false })).at(-1)).toBe('bad.dcm');
  expect(names(sortPredictions(predictions, { key: 'label', descending: false }))).toEqual([
    '=cmd.png',
    'scan 10.dcm',
    'scan 2.dcm',
    'bad.dcm',
  ]);
  expect(names(sortPredictions(predictions, { key: 'order', descending: false }))).toEqual(names(predictions));
});

it('sorts names in natural order', () => {
  const sorted = names(sortPredictions(predictions, { key: 'name', descending: false }));
  expect(sorted.indexOf('scan 2.dcm')).toBeLessThan(sorted.indexOf('scan 10.dcm'));
});

it('exports every class and error, safely for spreadsheets', () => {
  const csv = toCsvFile(predictionTable(predictions));
  expect(csv.split('\r\n')[0]).toBe('File,Predicted class,Confidence,P(benign),P(malignant),Test-time views,Error,Use');
  expect(csv).toContain('bad.dcm,,,,,0,no pixels,Research use only: not for diagnosis or treatment.');
  expect(csv).toContain("'=cmd.png");
});
