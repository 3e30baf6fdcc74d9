import { formatQuantity } from '../text/number';
/** Names of rows and columns: "True" and "Predicted", or two readers. */
export interface ConfusionAxes {
  readonly row: string;
  readonly column: string;
}
export const truthAndPrediction: ConfusionAxes = { row: 'True', column: 'Predicted' };

export interface ConfusionCell {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Share of the row, which holds all images of the true class; 0 in an empty row. */
  readonly share: number;
  /** For screen readers: "True benign, predicted malignant: 3 images". */
  readonly name: string;
}

/** Cells of a confusion matrix [truth][predicted], row by row. */
export function confusionCells(
  classes: readonly string[],
  matrix: readonly (readonly number[])[],
  axes: ConfusionAxes = truthAndPrediction,
): ConfusionCell[] {
  const column = axes === truthAndPrediction ? 'predicted' : axes.column;
  return classes.flatMap((truthLabel, truth) => {
    const row = matrix[truth] ?? [];
    const total = row.reduce((sum, count) => sum + count, 0);
    return classes.map((predictedLabel, predicted) => {
      const count = row[predicted] ?? 0;
      return {
        truth,
        predicted,
        count,
        share: total === 0 ? 0 : count / total,
        name: `${axes.row} ${truthLabel}, ${column} ${predictedLabel}: ${formatQuantity(count, 'image')}`,
      };
    });
  });
}
