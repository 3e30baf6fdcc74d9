import type { FilePrediction } from '#shared/models/prediction';
import type { TableData } from '../../components/table-text';

export const sortKeys = ['order', 'name', 'label', 'confidence'] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Predictions in the requested order; files without a prediction always come last. `order` keeps that of the drop. */
export function sortPredictions(
  predictions: readonly FilePrediction[],
  { key, descending }: Sorting,
): readonly FilePrediction[] {
  if (key === 'order') return descending ? predictions.toReversed() : predictions;
  const sign = descending ? -1 : 1;
  const compare = (a: FilePrediction, b: FilePrediction): number => {
    if (key !== 'name' && a.ok !== b.ok) return a.ok ? -1 : 1;
    switch (key) {
      case 'name':
        return sign * collator.compare(a.name, b.name);
      case 'label':
        return sign * collator.compare(a.label ?? '', b.label ?? '') || (b.confidence ?? 0) - (a.confidence ?? 0);
      case 'confidence':
        return sign * ((a.confidence ?? 0) - (b.confidence ?? 0));
    }
  };
  return predictions.toSorted(compare);
}

/** All predictions with all probabilities, unrounded; one column per class, in order of first appearance. */
export function predictionTable(predictions: readonly FilePrediction[]): TableData {
  const classes = [...new Set(predictions.flatMap(({ probabilities }) => probabilities.map(({ label }) => label)))];
  return {
    columns: [
      'File',
      'Predicted class',
      'Confidence',
      ...classes.map((label) => `P(${label})`),
      'Test-time views',
      'Error',
    ],
    rows: predictions.map((prediction) => [
      prediction.name,
      prediction.label,
      prediction.confidence,
      ...classes.map((label) => prediction.probabilities.find((entry) => entry.label === label)?.probability ?? null),
      prediction.testTimeViews,
      prediction.error?.message ?? '',
    ]),
  };
}
