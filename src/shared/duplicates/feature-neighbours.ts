import { median } from '../statistics/median';

/** A backbone's features of images: [images, width], row by row. */
export interface FeatureRows {
  /** Image numbers, one per row. */
  readonly images: readonly number[];
  readonly width: number;
  readonly values: Float32Array;
}

export interface FeatureFindings {
  /**
   * Pairs that may show the same picture, `a` in the earlier row; those closest relative to their neighbours come
   * first.
   */
  readonly candidates: readonly FeatureCandidate[];
  /** Pairs of images with the typical similarity of this dataset: each with its last kept neighbour. */
  readonly kin: readonly { readonly a: number; readonly b: number }[];
  readonly outliers: readonly FeatureOutlier[];
}

export interface FeatureCandidate {
  readonly a: number;
  readonly b: number;
  /** Their distance as a share of the distance of either to its other neighbours: 0 for equal features. */
  readonly closeness: number;
}

/** An image unlike any other. */
export interface FeatureOutlier {
  readonly image: number;
  /** Mean cosine to its nearest neighbours. */
  readonly similarity: number;
  /** Robust deviations of `similarity` below the median. */
  readonly far: number;
}

/** Nearest neighbours: searched for copies of an image, and used to decide whether it is an outlier. */
const NEIGHBOURS = 5;
/** Neighbours kept of each image: those after the nearest show its typical similarity. */
const KEPT_NEIGHBOURS = 15;
/**
 * A candidate is nearer than this share of the distance (1 - cosine) to neighbours in general: the ratio test of Lowe,
 * “Distinctive image features from scale-invariant keypoints”, 2004. It only limits the number of pairs whose pixels
 * are compared; the pixels decide what is a copy.
 */
const MAX_DISTANCE_RATIO = 0.8;
/** With fewer images, none counts as an outlier. */
const MIN_IMAGES = 50;
/** Robust deviations from which an image is an outlier, and the largest share of outliers. */
const OUTLIER_DEVIATIONS = 5;
const MAX_OUTLIER_SHARE = 0.02;
/** Lower bound on the deviation of the mean similarity. */
const MIN_DEVIATION = 0.03;

/**
 * Finds possible copies and outliers among images by their features. Features of one network point in much the same
 * direction (Ethayarajh, "How contextual are contextualized word representations?", 2019), so their mean is subtracted
 * first. The similarity of two images of one kind depends on the network, the kind and the neighbourhood. Candidates
 * are therefore pairs among each other's five nearest that are clearly nearer than both are to others in general; no
 * similarity is high or low by itself. Features cannot tell copies from similar images: the caller compares the pixels
 * of the candidates.
 *
 * An outlier's mean similarity to its five nearest (the score of k-nearest-neighbour detection: Ramaswamy et al. 2000)
 * is more than five robust deviations below the median; if more than 2 % of the images are, there are no outliers.
 *
 * Yields after each row, so that the caller can let other work run. Time grows with the square of the number of images.
 *
 * @param groups a number for each row: rows known to show the same (frames of a file, known duplicates) share it. They
 * are not candidates, and count once among another's neighbours. By default all differ.
 */
export function* compareFeatures(
  rows: FeatureRows,
  groups: readonly number[] = rows.images.map((_, row) => row),
): Generator<void, FeatureFindings> {
  const { images, width } = rows;
  const unit = centredUnits(rows);
  const nearest: Neighbour[][] = images.map(() => []);
  const keep = (of: number, row: number, similarity: number) => {
    const list = nearest[of] as Neighbour[];
    if (list.length === KEPT_NEIGHBOURS && similarity <= (list.at(-1)?.similarity ?? -1)) return;
    const same = list.findIndex((one) => groups[one.row] === groups[row]);
    if (same >= 0) {
      if ((list[same] as Neighbour).similarity >= similarity) return;
      list.splice(same, 1);
    }
    const place = list.findIndex((one) => one.similarity < similarity);
    list.splice(place < 0 ? list.length : place, 0, { row, similarity });
    if (list.length > KEPT_NEIGHBOURS) list.pop();
  };
  for (let a = 0; a < images.length; a++) {
    for (let b = 0; b < a; b++) {
      if (groups[a] === groups[b]) continue;
      let similarity = 0;
      for (let i = 0, p = a * width, q = b * width; i < width; i++, p++, q++) {
        similarity += (unit[p] as number) * (unit[q] as number);
      }
      keep(a, b, similarity);
      keep(b, a, similarity);
    }
    yield;
  }
  return {
    candidates: mutualPairs(images, nearest),
    kin: sampleKin(images, nearest),
    outliers: findOutliers(images, nearest),
  };
}

interface Neighbour {
  readonly row: number;
  readonly similarity: number;
}
/** Neighbours of each row, nearest first. */
type Nearest = readonly (readonly Neighbour[])[];

function mutualPairs(images: readonly number[], nearest: Nearest): FeatureCandidate[] {
  const typicalDistance = nearest.map((list) => {
    const others = list.slice(NEIGHBOURS);
    return others.reduce((sum, { similarity }) => sum + 1 - similarity, 0) / others.length;
  });
  return nearest
    .flatMap((list, b) =>
      list
        .slice(0, NEIGHBOURS)
        .filter(({ row }) => row < b && nearest[row]?.slice(0, NEIGHBOURS).some((back) => back.row === b))
        .map(({ row, similarity }) => ({
          a: images[row] as number,
          b: images[b] as number,
          closeness:
            Math.max(0, 1 - similarity) / Math.min(typicalDistance[row] as number, typicalDistance[b] as number),
        })),
    )
    .filter(({ closeness }) => closeness < MAX_DISTANCE_RATIO)
    .sort((one, other) => one.closeness - other.closeness || one.b - other.b || one.a - other.a);
}

/** Maximum number of such pairs, taken evenly from all rows. */
const MAX_KIN = 24;

function sampleKin(images: readonly number[], nearest: Nearest): FeatureFindings['kin'] {
  const stride = Math.max(1, Math.floor(images.length / MAX_KIN));
  return images.flatMap((a, row) => {
    const last = nearest[row]?.[KEPT_NEIGHBOURS - 1];
    return row % stride !== 0 || last === undefined ? [] : [{ a, b: images[last.row] as number }];
  });
}

function findOutliers(images: readonly number[], nearest: Nearest): FeatureFindings['outliers'] {
  if (images.length < MIN_IMAGES) return [];
  const means = nearest.map((all) => {
    const list = all.slice(0, NEIGHBOURS);
    return list.reduce((sum, { similarity }) => sum + similarity, 0) / list.length;
  });
  const known = means.filter(Number.isFinite);
  const middle = median(known);
  const deviation = Math.max(MIN_DEVIATION, 1.4826 * median(known.map((value) => Math.abs(value - middle))));
  const outliers = images.flatMap((image, row) => {
    const similarity = means[row] as number;
    const far = (middle - similarity) / deviation;
    return far > OUTLIER_DEVIATIONS ? [{ image, similarity, far }] : [];
  });
  return outliers.length > Math.max(1, MAX_OUTLIER_SHARE * images.length) ? [] : outliers;
}

/** Rows minus their mean, scaled to length 1; rows that equal the mean stay 0. */
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
    // The direction of a rounding residue is meaningless.
    if (norm < 1e-6) unit.fill(0, start, start + width);
    else for (let i = 0; i < width; i++) unit[start + i] = (unit[start + i] as number) / norm;
  }
  return unit;
}
