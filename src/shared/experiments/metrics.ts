import type { Metric } from '../models/metric';
import type { Evaluation } from '../models/run';
import type { BestMetric } from '../models/run-config';

/** Metrics of an evaluation that cover all classes together, with an interval. */
export type OverallMetric = BestMetric | 'macroRecall' | 'macroPrecision';

/** For use within a sentence. */
export const metricNames: Readonly<Record<OverallMetric, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  macroRecall: 'macro recall',
  macroPrecision: 'macro precision',
  auc: 'AUC',
  loss: 'loss',
};

/** For use on its own: in a heading, a legend, a choice. */
export function metricTitle(metric: OverallMetric): string {
  const name = metricNames[metric];
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export const metricOf = (evaluation: Pick<Evaluation, BestMetric>, metric: BestMetric): Metric | null =>
  evaluation[metric];
