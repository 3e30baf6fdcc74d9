/**
 * Counts of cases, [truth][predicted], in class order: rows are truth, columns prediction, as in scikit-learn.
 * `weights`, one non-negative count per case, allows counting a resample without copying its cases.
 *
 * @throws RangeError if lengths differ or an index is not a class
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
): number[][] {
  if (truth.length !== predicted.length)
    throw new RangeError('confusion matrix: truth and prediction differ in length');
  if (weights !== undefined && weights.length !== truth.length) {
    throw new RangeError('confusion matrix: weights differ in length');
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let index = 0; index < truth.length; index++) {
    const row = matrix[truth[index] ?? -1];
    const column = predicted[index] ?? -1;
    const count = row?.[column];
    if (row === undefined || count === undefined) throw new RangeError(`confusion matrix: case ${index} has no class`);
    row[column] = count + (weights?.[index] ?? 1);
  }
  return matrix;
}
