import type { EpochMetrics } from '#shared/models/epoch-metrics';
import type { BestMetric } from '#shared/models/run-config';
import { oneVersusRestAuc } from '#shared/statistics/auc';
import { classificationMetrics } from '#shared/statistics/classification';
import { confusionMatrix } from '#shared/statistics/confusion-matrix';
import { argmax, caseCrossEntropy } from '#shared/statistics/log-loss';
import { softmaxRows } from '#shared/statistics/softmax';

/**
 * Computes the metrics of one pass over the validation images. `logits` is [cases, classes]; the loss is plain
 * cross-entropy.
 */
export function epochMetrics(logits: Float32Array, labels: Int32Array, classes: number): EpochMetrics {
  if (labels.length === 0 || logits.length !== labels.length * classes) {
    throw new RangeError('evaluation: logits and labels do not fit');
  }
  let loss = 0;
  const predicted = labels.map((label, index) => {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    loss += caseCrossEntropy(row, label);
    return argmax(row);
  });
  const metrics = classificationMetrics(confusionMatrix(labels, predicted, classes));
  const probabilities = softmaxRows(logits, classes);
  const finite = probabilities.every(Number.isFinite);
  return {
    accuracy: metrics.accuracy,
    macroF1: metrics.macroF1,
    macroRecall: metrics.macroRecall,
    auc: finite ? oneVersusRestAuc(probabilities, labels, classes).macro : null,
    loss: loss / labels.length,
  };
}

/**
 * Returns the value that decides `best`; larger is better. AUC falls back to accuracy if a class has no validation
 * image.
 */
export function bestValue(metrics: EpochMetrics, by: BestMetric): number {
  switch (by) {
    case 'loss':
      return -metrics.loss;
    case 'auc':
      return metrics.auc ?? metrics.accuracy;
    case 'accuracy':
      return metrics.accuracy;
    case 'macroF1':
      return metrics.macroF1;
  }
}

/** Returns the metric as displayed. */
export const shownValue = (metrics: EpochMetrics, by: BestMetric): number =>
  by === 'loss' ? metrics.loss : bestValue(metrics, by);
