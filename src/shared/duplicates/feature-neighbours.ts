import { median } from '../statistics/median';

/** What a backbone makes of images: [images, width], row by row. */
export interface FeatureRows {
  /** Image numbers, one a row. */
  readonly images: readonly number[];
  readonly width: number;
  readonly values: Float32Array;
}

export interface FeatureFindings {
  /** Pairs that look the same to the backbone, the first of each the earlier row. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly similarity: number }[];
  readonly outliers: readonly FeatureOutlier[];
}

/** An image that is like no others. */
export interface FeatureOutlier {
  readonly image: number;
  /** Mean cosine to its nearest. */
  readonly similarity: number;
  /** Robust deviations of it below the median. */
  readonly far: number;
}

/** Cosine of the angle between two images' features, less the mean of all, from which they count as near duplicates. */
export const FEATURE_DUPLICATE = 0.95;
/** Nearest neighbours that are kept of each image. */
const NEIGHBOURS = 5;
/** Images below which none can be called unlike the rest. */
const LEAST_IMAGES = 50;
/** Robust deviations from which an image is like no others, and the largest share of them. */
const FAR = 5;
const FEW = 0.02;
/** Least deviation of the mean similarity that counts. */
const FLOOR = 0.03;

/**
 * Near duplicates and outliers among images by their features. Features of one network point in much the same direction
 * (Ethayarajh, "How contextual are contextualized word representations?", 2019), so that their mean is taken away first.
 * Near duplicates have a cosine of at least `FEATURE_DUPLICATE` and are among the five nearest of each other. An outlier's mean
 * similarity to its five nearest (the score of k-nearest-neighbour detection: Ramaswamy et al. 2000) is more than five
 * robust deviations below the median; where more than 2 % are, none is.
 *
 * Yields after each row: the caller decides when others get their turn. Time grows with the square of the images.
 *
 * @param mayPair whether two rows are to be compared at all (frames of one file are not)
 */
export function* compareFeatures(
  rows: FeatureRows,
  mayPair: (a: number, b: number) => boolean = () => true,
): Generator<void, FeatureFindings> {
  const { images, width } = rows;
  const unit = centredUnits(rows);
  const nearest: { row: number; similarity: number }[][] = images.map(() => []);
  const keep = (of: number, row: number, similarity: number) => {
    const list = nearest[of] as { row: number; similarity: number }[];
    if (list.length === NEIGHBOURS && similarity <= (list.at(-1)?.similarity ?? -1)) return;
    const place = list.findIndex((one) => one.similarity < similarity);
    list.splice(place < 0 ? list.length : place, 0, { row, similarity });
    if (list.length > NEIGHBOURS) list.pop();
  };
  for (let a = 0; a < images.length; a++) {
    for (let b = 0; b < a; b++) {
      if (!mayPair(b, a)) continue;
      let similarity = 0;
      for (let i = 0, p = a * width, q = b * width; i < width; i++, p++, q++) {
        similarity += (unit[p] as number) * (unit[q] as number);
      }
      keep(a, b, similarity);
      keep(b, a, similarity);
    }
    yield;
  }
  return { pairs: mutualPairs(images, nearest), outliers: farImages(images, nearest) };
}

type Nearest = readonly (readonly { readonly row: number; readonly similarity: number }[])[];

function mutualPairs(images: readonly number[], nearest: Nearest): FeatureFindings['pairs'] {
  return nearest.flatMap((list, b) =>
    list
      .filter(({ row, similarity }) => row < b && similarity >= FEATURE_DUPLICATE)
      .filter(({ row }) => nearest[row]?.some((back) => back.row === b))
      .map(({ row, similarity }) => ({
        a: images[row] as number,
        b: images[b] as number,
        similarity: Math.min(1, similarity),
      })),
  );
}

function farImages(images: readonly number[], nearest: Nearest): FeatureFindings['outliers'] {
  if (images.length < LEAST_IMAGES) return [];
  const means = nearest.map((list) => list.reduce((sum, { similarity }) => sum + similarity, 0) / list.length);
  const known = means.filter(Number.isFinite);
  const middle = median(known);
  const deviation = Math.max(FLOOR, 1.4826 * median(known.map((value) => Math.abs(value - middle))));
  const outliers = images.flatMap((image, row) => {
    const similarity = means[row] as number;
    const far = (middle - similarity) / deviation;
    return far > FAR ? [{ image, similarity, far }] : [];
  });
  return outliers.length > Math.max(1, FEW * images.length) ? [] : outliers;
}

/** Rows less their mean, of length 1; rows that equal the mean stay 0. */
function centredUnits({ images, width, values }: FeatureRows): Float32Array {
  const mean = new Float64Array(width);
  for (let at = 0; at < values.length; at++) {
    const column = at % width;
    mean[column] = (mean[column] as number) + (values[at] as number) / images.length;
  }
  const unit = new Float32Array(values.length);
  for (let row = 0; row < images.length; row++) {
    const start = row * width;
    let squares = 0;
    for (let i = 0; i < width; i++) {
      const value = (values[start + i] as number) - (mean[i] as number);
      unit[start + i] = value;
      squares += value * value;
    }
    const norm = Math.sqrt(squares);
    // What is left of rounding points nowhere.
    if (norm < 1e-6) unit.fill(0, start, start + width);
    else for (let i = 0; i < width; i++) unit[start + i] = (unit[start + i] as number) / norm;
  }
  return unit;
}
