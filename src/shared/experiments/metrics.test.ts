import { expect, it } from 'vitest';
import { metricNames, metricTitle } from './metrics';

it('capitalises a standalone name, and leaves other names unchanged', () => {
  expect(metricTitle('macroF1')).toBe('Macro F1');
  expect(metricTitle('auc')).toBe('AUC');
  expect(Object.values(metricNames)).toEqual([
    'accuracy',
    'macro F1',
    'macro recall',
    'macro precision',
    'AUC',
    'loss',
  ]);
});
