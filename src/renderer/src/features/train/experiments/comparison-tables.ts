import type { HistoryLine } from '#shared/charts/history';
import { metricTitle, type OverallMetric } from '#shared/experiments/metrics';
import { settingText } from '#shared/experiments/settings';
import type { ComparedRun, ComparedValues, Comparison, Verdict } from '#shared/models/comparison';
import type { Metric } from '#shared/models/metric';
import type { Evaluation } from '#shared/models/run';
import type { Cell, TableData } from '../../../components/table-text';

/** Metrics by which runs are compared, in display order. */
export const resultColumns = (['accuracy', 'macroF1', 'macroRecall', 'auc', 'loss'] as const).map((key) => ({
  key,
  name: metricTitle(key),
}));

export const resultOf = (evaluation: Evaluation | null, key: OverallMetric): Metric | null => evaluation?.[key] ?? null;

export const verdictTexts: Readonly<Record<Verdict, string>> = {
  best: 'Best',
  alike: 'No significant difference from the best',
  worse: 'Worse than the best',
  'other-images': 'Other validation images',
  unmeasured: 'Not evaluated',
};

/** Display text of a value; hashes are shortened. */
export const shownValue = (value: ComparedValues['values'][number]): string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : settingText(value);

/** Results with intervals and verdicts, unrounded; `names` has one name per run, in order. */
export function resultTable(runs: readonly ComparedRun[], names: readonly string[], title: string): TableData {
  return {
    columns: [
      title,
      'State',
      ...resultColumns.flatMap(({ name }) => [name, `${name} low`, `${name} high`]),
      'Validation images',
      'Verdict',
      'Difference from the best',
      'Difference low',
      'Difference high',
    ],
    rows: runs.map(({ summary, evaluation, verdict, behind }, index) => [
      names[index] ?? summary.name,
      summary.state,
      ...resultColumns.flatMap(({ key }) => metricCells(resultOf(evaluation, key))),
      evaluation?.n ?? null,
      verdictTexts[verdict],
      ...metricCells(behind),
    ]),
  };
}

const metricCells = (metric: Metric | null): Cell[] => [
  metric?.value ?? null,
  metric?.low ?? null,
  metric?.high ?? null,
];

/** Settings and facts as rows, runs as columns; hashes in full. */
export function valuesTable(rows: readonly ComparedValues[], names: readonly string[]): TableData {
  return {
    columns: ['Setting', ...names],
    rows: rows.map(({ key, values }) => [
      key,
      ...values.map((value) => (typeof value === 'boolean' ? String(value) : value)),
    ]),
  };
}

/** One line per run: its value after each epoch. */
export function learningCurves(
  { runs }: Pick<Comparison, 'runs'>,
  names: readonly string[],
  value: (epoch: ComparedRun['history'][number]) => number | null,
): HistoryLine[] {
  return runs.map(({ history, summary }, index) => ({
    label: names[index] ?? summary.name,
    points: history.map((epoch) => [epoch.epoch, value(epoch) ?? Number.NaN] as const),
  }));
}
