import type { Metric } from '../models/metric';
import type { Evaluation } from '../models/run';
import type { BestMetric } from '../models/run-config';

/** As they stand within a sentence. */
export const metricNames: Readonly<Record<BestMetric, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  auc: 'AUC',
  loss: 'loss',
};

export const metricOf = (evaluation: Pick<Evaluation, BestMetric>, metric: BestMetric): Metric | null =>
  evaluation[metric];
