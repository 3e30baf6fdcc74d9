import type { Curves } from '#shared/models/curves';
import type { Points } from '../../../charts/decimate';
import type { TableData } from '../../../components/table-text';

/** ROC vertices: 1 - specificity and sensitivity, from (0, 0). */
export const rocPoints = ({ positives, negatives, truePositives, falsePositives }: Curves): Points => ({
  x: [0, ...falsePositives.map((count) => count / negatives)],
  y: [0, ...truePositives.map((count) => count / positives)],
});

/** Recall and precision of each threshold, from a precision of 1 at a recall of 0, as scikit-learn's. */
export const precisionPoints = ({ positives, truePositives, falsePositives }: Curves): Points => ({
  x: [0, ...truePositives.map((count) => count / positives)],
  y: [1, ...truePositives.map((count, index) => count / (count + (falsePositives[index] ?? 0)))],
});

/** The threshold whose vertex is nearest to a point; null without one. Both points lists begin before the first. */
export function nearestThreshold({ x, y }: Points, toX: number, toY: number): number | null {
  let nearest: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < x.length; index += 1) {
    const distance = ((x[index] as number) - toX) ** 2 + ((y[index] as number) - toY) ** 2;
    if (distance >= least) continue;
    least = distance;
    nearest = index - 1;
  }
  return nearest;
}

/** All thresholds of all runs, with their counts and the coordinates of both curves. */
export function curveTable(runs: readonly { readonly name: string; readonly curves: Curves }[]): TableData {
  return {
    columns: [
      'Run',
      'Threshold',
      'True positives',
      'False positives',
      'Sensitivity (recall)',
      '1 - specificity',
      'Precision',
    ],
    rows: runs.flatMap(({ name, curves }) => {
      const { positives, negatives, thresholds, truePositives, falsePositives } = curves;
      return thresholds.map((threshold, index) => {
        const [found, wrong] = [truePositives[index] ?? 0, falsePositives[index] ?? 0];
        return [name, threshold, found, wrong, found / positives, wrong / negatives, found / (found + wrong)];
      });
    }),
  };
}
