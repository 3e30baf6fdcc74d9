import { expect, it } from 'vitest';
import { metricNames, metricTitle } from './metrics';

it('begins a name with a capital where it stands alone, and leaves the rest as it is', () => {
  expect(metricTitle('macroF1')).toBe('Macro F1');
  expect(metricTitle('auc')).toBe('AUC');
  expect(Object.values(metricNames)).toEqual(['accuracy', 'macro F1', 'macro recall', 'AUC', 'loss']);
});
