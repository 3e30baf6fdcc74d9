import { median } from '../statistics/median';

/** What a backbone makes of images: [images, width], row by row. */
export interface FeatureRows {
  /** Image numbers, one a row. */
  readonly images: readonly number[];
  readonly width: number;
  readonly values: Float32Array;
}

export interface FeatureFindings {
  /** Pairs that may show the same picture, the first of each the earlier row; those that stand out most come first. */
  readonly candidates: readonly FeatureCandidate[];
  /** Pairs of images that are like each other as images here are in general: each with its last kept neighbour. */
  readonly kin: readonly { readonly a: number; readonly b: number }[];
  readonly outliers: readonly FeatureOutlier[];
}

export interface FeatureCandidate {
  readonly a: number;
  readonly b: number;
  /** Their distance as a share of what either has to its other neighbours: 0 for equal features. */
  readonly closeness: number;
}

/** An image that is like no others. */
export interface FeatureOutlier {
  readonly image: number;
  /** Mean cosine to its nearest. */
  readonly similarity: number;
  /** Robust deviations of it below the median. */
  readonly far: number;
}

/** Nearest neighbours that an image's copies are looked for among, and by which it is judged whether it has any like it. */
const NEIGHBOURS = 5;
/** Neighbours that are kept of each image: those after the nearest are what it is like in general. */
const KEPT = 15;
/**
 * A candidate is nearer than this share of the distance (1 - cosine) to the neighbours in general: the ratio test of Lowe,
 * “Distinctive image features from scale-invariant keypoints”, 2004. It only bounds how many pairs of pictures are
 * compared; what is a copy, their pixels say.
 */
const STANDS_OUT = 0.8;
/** Images below which none can be called unlike the rest. */
const LEAST_IMAGES = 50;
/** Robust deviations from which an image is like no others, and the largest share of them. */
const FAR = 5;
const FEW = 0.02;
/** Least deviation of the mean similarity that counts. */
const FLOOR = 0.03;

/**
 * Possible copies and outliers among images by their features. Features of one network point in much the same direction
 * (Ethayarajh, "How contextual are contextualized word representations?", 2019), so that their mean is taken away first.
 * How alike two images of one kind are differs by network, by kind and by place among the others: a candidate pair is
 * among the five nearest of each other and stands out from what both are like in general, so that no similarity is
 * high or low by itself. Features do not tell copies from kin: whoever asks compares the pixels of the candidates.
 *
 * An outlier's mean similarity to its five nearest (the score of k-nearest-neighbour detection: Ramaswamy et al. 2000)
 * is more than five robust deviations below the median; where more than 2 % are, none is.
 *
 * Yields after each row: the caller decides when others get their turn. Time grows with the square of the images.
 *
 * @param groups a number for each row: rows that are known to show the same (frames of a file, known duplicates) share
 *   it. They are no candidates, and count once among another's neighbours. By default all differ.
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
    if (list.length === KEPT && similarity <= (list.at(-1)?.similarity ?? -1)) return;
    const same = list.findIndex((one) => groups[one.row] === groups[row]);
    if (same >= 0) {
      if ((list[same] as Neighbour).similarity >= similarity) return;
      list.splice(same, 1);
    }
    const place = list.findIndex((one) => one.similarity < similarity);
    list.splice(place < 0 ? list.length : place, 0, { row, similarity });
    if (list.length > KEPT) list.pop();
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
    kin: kinOf(images, nearest),
    outliers: farImages(images, nearest),
  };
}

interface Neighbour {
  readonly row: number;
  readonly similarity: number;
}
/** Of each row, the nearest first. */
type Nearest = readonly (readonly Neighbour[])[];

function mutualPairs(images: readonly number[], nearest: Nearest): FeatureCandidate[] {
  const inGeneral = nearest.map((list) => {
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
          closeness: Math.max(0, 1 - similarity) / Math.min(inGeneral[row] as number, inGeneral[b] as number),
        })),
    )
    .filter(({ closeness }) => closeness < STANDS_OUT)
    .sort((one, other) => one.closeness - other.closeness || one.b - other.b || one.a - other.a);
}

/** At most this many, evenly from all rows. */
const KIN = 24;

function kinOf(images: readonly number[], nearest: Nearest): FeatureFindings['kin'] {
  const stride = Math.max(1, Math.floor(images.length / KIN));
  return images.flatMap((a, row) => {
    const last = nearest[row]?.[KEPT - 1];
    return row % stride !== 0 || last === undefined ? [] : [{ a, b: images[last.row] as number }];
  });
}

function farImages(images: readonly number[], nearest: Nearest): FeatureFindings['outliers'] {
  if (images.length < LEAST_IMAGES) return [];
  const means = nearest.map((all) => {
    const list = all.slice(0, NEIGHBOURS);
    return list.reduce((sum, { similarity }) => sum + similarity, 0) / list.length;
  });
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
