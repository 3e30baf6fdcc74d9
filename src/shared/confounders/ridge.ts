import type { Design } from './design';

/**
 * Ridge regression of the indicators of the classes (0 or 1) on a design, out of fold. Features and folds are processed
 * once; the returned function takes one pass over the images per set of labels and returns the skill
 *
 *   1 - sum |y - out-of-fold prediction|^2 / sum |y - class shares of the other folds|^2,
 *
 * 0 for a source that adds nothing to the shares of the classes. The penalty shrinks like that of the logistic
 * regression, whose curvature is p (1 - p), about 1 / 4, where that of squares is 1.
 */
export function prepareRidge(design: Design, foldOf: Uint8Array, classes: number): (labels: Int32Array) => number {
  const { features, width, rowOf, rows } = design;
  const folds = foldOf.reduce((max, fold) => Math.max(max, fold + 1), 0);
  const size = width + 1;
  const sizes = new Float64Array(folds);
  const tallies = Array.from({ length: folds }, () => new Map<number, number>());
  foldOf.forEach((fold, index) => {
    const row = rowOf[index] ?? 0;
    const own = tallies[fold];
    own?.set(row, (own.get(row) ?? 0) + 1);
    sizes[fold] = (sizes[fold] ?? 0) + 1;
  });
  const counts = tallies.map(
    (own): RowCounts => ({
      rows: Uint32Array.from(own.keys()),
      images: Float64Array.from(own.values()),
    }),
  );
  // With two classes, the indicators of one are those of the other inverted, with the same skill.
  const fitted = classes === 2 ? 1 : classes;
  const grams = counts.map((own) => gramOf(own, features, width));
  const total = sum(grams);
  const solvers = grams.map((own) => {
    const gram = total.map((value, at) => value - (own[at] ?? 0));
    for (let column = 0; column < width; column += 1) {
      const at = column * size + column;
      gram[at] = (gram[at] ?? 0) + 4 / design.penalty;
    }
    return cholesky(gram, size);
  });

  const perFold = Array.from({ length: folds }, () => new Float64Array(rows * classes));
  return (labels) => {
    for (const counted of perFold) counted.fill(0);
    labels.forEach((label, index) => {
      const counted = perFold[foldOf[index] ?? 0];
      const at = (rowOf[index] ?? 0) * classes + label;
      if (counted !== undefined) counted[at] = (counted[at] ?? 0) + 1;
    });
    // X^T Y of each fold: [classes, size], the bias last.
    const moments = counts.map((own, fold) =>
      momentsOf(own, perFold[fold] ?? new Float64Array(), features, width, classes),
    );
    const all = sum(moments);
    let residual = 0;
    let spread = 0;
    counts.forEach((own, fold) => {
      const counted = perFold[fold] ?? new Float64Array();
      const rest = all.map((value, at) => value - (moments[fold]?.[at] ?? 0));
      const images = labels.length - (sizes[fold] ?? 0);
      for (let label = 0; label < fitted; label += 1) {
        const share = (rest[label * size + width] ?? 0) / images;
        const weights = solve(
          solvers[fold] ?? new Float64Array(),
          rest.subarray(label * size, (label + 1) * size),
          size,
        );
        for (let place = 0; place < own.rows.length; place += 1) {
          const row = own.rows[place] as number;
          const n = own.images[place] as number;
          const positives = counted[row * classes + label] ?? 0;
          let prediction = weights[width] ?? 0;
          const first = row * width;
          for (let column = 0; column < width; column += 1) {
            prediction += (weights[column] as number) * (features[first + column] as number);
          }
          residual += n * prediction * prediction - 2 * positives * prediction + positives;
          spread += n * share * share - 2 * positives * share + positives;
        }
      }
    });
    return 1 - residual / spread;
  };
}

/** The distinct rows of a fold, and the number of its images in each. */
interface RowCounts {
  readonly rows: Uint32Array;
  readonly images: Float64Array;
}

/** Sum of n x x^T over rows, with a last column of ones: [size, size]. */
function gramOf({ rows, images }: RowCounts, features: Float32Array, width: number): Float64Array {
  const size = width + 1;
  const gram = new Float64Array(size * size);
  const row = new Float64Array(size);
  for (let place = 0; place < rows.length; place += 1) {
    const index = rows[place] as number;
    const n = images[place] as number;
    for (let column = 0; column < width; column += 1) row[column] = features[index * width + column] as number;
    row[width] = 1;
    for (let i = 0; i < size; i += 1) {
      const factor = n * (row[i] as number);
      if (factor === 0) continue;
      for (let j = 0; j <= i; j += 1) gram[i * size + j] = (gram[i * size + j] as number) + factor * (row[j] as number);
    }
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) gram[j * size + i] = gram[i * size + j] as number;
  return gram;
}

function momentsOf(
  { rows }: RowCounts,
  counted: Float64Array,
  features: Float32Array,
  width: number,
  classes: number,
): Float64Array {
  const size = width + 1;
  const moments = new Float64Array(classes * size);
  for (const row of rows) {
    const first = row * width;
    for (let label = 0; label < classes; label += 1) {
      const n = counted[row * classes + label] as number;
      if (n === 0) continue;
      const at = label * size;
      for (let column = 0; column < width; column += 1) {
        moments[at + column] = (moments[at + column] as number) + n * (features[first + column] as number);
      }
      moments[at + width] = (moments[at + width] as number) + n;
    }
  }
  return moments;
}

function sum(parts: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(parts[0]?.length ?? 0);
  for (const part of parts) for (let at = 0; at < total.length; at += 1) total[at] = (total[at] ?? 0) + (part[at] ?? 0);
  return total;
}

/** L of a positive definite matrix L L^T, in the lower triangle. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let value = matrix[i * size + j] as number;
      for (let k = 0; k < j; k += 1) value -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = i === j ? Math.sqrt(value) : value / (lower[j * size + j] as number);
    }
  }
  return lower;
}

/** Solves L L^T x = b. */
export function solve(lower: Float64Array, right: Float64Array, size: number): Float64Array {
  const x = right.slice();
  for (let i = 0; i < size; i += 1) {
    let value = x[i] as number;
    for (let k = 0; k < i; k += 1) value -= (lower[i * size + k] as number) * (x[k] as number);
    x[i] = value / (lower[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let value = x[i] as number;
    for (let k = i + 1; k < size; k += 1) value -= (lower[k * size + i] as number) * (x[k] as number);
    x[i] = value / (lower[i * size + i] as number);
  }
  return x;
}
