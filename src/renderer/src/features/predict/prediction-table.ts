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
  answers: readonly FilePrediction[],
  { key, descending }: Sorting,
): readonly FilePrediction[] {
  if (key === 'order') return descending ? answers.toReversed() : answers;
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
  return answers.toSorted(compare);
}

/** All predictions with all probabilities, unrounded; one column per class, in order of first appearance. */
export function predictionTable(answers: readonly FilePrediction[]): TableData {
  const classes = [...new Set(answers.flatMap(({ probabilities }) => probabilities.map(({ label }) => label)))];
  return {
    columns: [
      'File',
      'Predicted class',
      'Confidence',
      ...classes.map((label) => `P(${label})`),
      'Test-time views',
      'Error',
    ],
    rows: answers.map((answer) => [
      answer.name,
      answer.label,
      answer.confidence,
      ...classes.map((label) => answer.probabilities.find((entry) => entry.label === label)?.probability ?? null),
      answer.testTimeViews,
      answer.error?.message ?? '',
    ]),
  };
}
