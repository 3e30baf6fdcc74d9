import { metricTitle } from '#shared/experiments/metrics';
import type { Metric } from '#shared/models/metric';
import type { Evaluation } from '#shared/models/run';
import type { TableData } from '../../components/table-text';

/** Results of an evaluation, regardless of the images it covers. */
export type Results = Omit<Evaluation, 'run' | 'split'>;

/** An overall metric with its name, in display order. */
export interface NamedMetric {
  readonly name: string;
  readonly metric: Metric | null;
  /** Method of the interval. */
  readonly method: string;
}

/** Accuracy, macro means, AUC and loss. */
export function headline(evaluation: Results): readonly NamedMetric[] {
  const resampled = evaluation.patients === null ? 'bootstrap by image, patients unknown' : 'bootstrap by patient';
  const isAlone = (evaluation.patients ?? 0) + evaluation.withoutPatient === evaluation.n;
  return [
    { name: metricTitle('accuracy'), metric: evaluation.accuracy, method: isAlone ? 'Wilson' : resampled },
    { name: metricTitle('macroRecall'), metric: evaluation.macroRecall, method: resampled },
    { name: metricTitle('macroPrecision'), metric: evaluation.macroPrecision, method: resampled },
    { name: metricTitle('macroF1'), metric: evaluation.macroF1, method: resampled },
    { name: `${metricTitle('auc')}, one versus rest`, metric: evaluation.auc, method: resampled },
    { name: metricTitle('loss'), metric: evaluation.loss, method: resampled },
  ];
}

/** The headline metrics, unrounded. */
export function headlineTable(evaluation: Results): TableData {
  return {
    columns: ['Metric', 'Value', '95 % low', '95 % high', 'n'],
    rows: headline(evaluation).map(({ name, metric }) => [
      name,
      metric?.value ?? null,
      metric?.low ?? null,
      metric?.high ?? null,
      metric?.n ?? null,
    ]),
  };
}

/** Per-class metrics with intervals and counts, unrounded. */
export function classTable(evaluation: Results): TableData {
  const names = ['Precision', 'Recall', 'Specificity', 'F1', metricTitle('auc')];
  return {
    columns: [
      'Class',
      'Images',
      ...names.flatMap((name) => [name, `${name} low`, `${name} high`]),
      'TP',
      'FP',
      'FN',
      'TN',
    ],
    rows: evaluation.perClass.map((row) => [
      row.label,
      row.support,
      ...[row.precision, row.recall, row.specificity, row.f1, row.auc].flatMap((metric) => [
        metric?.value ?? null,
        metric?.low ?? null,
        metric?.high ?? null,
      ]),
      row.truePositives,
      row.falsePositives,
      row.falseNegatives,
      row.trueNegatives,
    ]),
  };
}
