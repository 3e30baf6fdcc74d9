import { type ConfounderSource, type ConfounderTag, confounderTags } from '../models/confounders';
import type { ConfounderImages } from './images';

/**
 * The design matrix of a source. Images with equal features share a row: a tag of ten values has ten rows, however many
 * images there are, and fits cost next to nothing.
 */
export interface Design {
  /** [rows, width] */
  readonly features: Float32Array;
  readonly width: number;
  /** Each image's row. */
  readonly rowOf: Uint32Array;
  readonly rows: number;
  /** See `ConfounderFinding`. */
  readonly values: number;
  readonly missing: number;
  /** scikit-learn's C of the logistic regression: the weight of the data against the penalty. */
  readonly penalty: number;
}

/** Values with fewer images are merged into “other”: a model cannot learn from them, and they only add noise. */
export const MIN_VALUE_IMAGES = 10;
/** Columns of 0 and 1 stay as they are, with the default C. */
const TAG_PENALTY = 1;
/** Measures are many, correlated between neighbours, and standardised: they need stronger regularisation. */
const PICTURE_PENALTY = 0.01;

export function designOf(images: ConfounderImages, source: ConfounderSource): Design {
  switch (source) {
    case 'tags':
      return tagDesign(images, confounderTags);
    case 'border':
      return measureDesign(images, (measures) => measures.border);
    case 'text':
      return measureDesign(images, ({ text }) => [...text, ...amountOf(text)]);
    case 'brightness':
      return measureDesign(images, ({ mean, deviation }) => [mean, deviation]);
    default:
      return tagDesign(images, [source]);
  }
}

/** Amount of what looks like text, wherever it is: in total, and in how many cells. */
function amountOf(text: Uint8Array): readonly [number, number] {
  let sum = 0;
  let cells = 0;
  for (const value of text) {
    sum += value;
    if (value > 0) cells += 1;
  }
  return [sum, cells];
}

/** One column per value, including missing and “other”. The matrix also has its logarithmic width and height. */
function tagDesign(images: ConfounderImages, tags: readonly ConfounderTag[]): Design {
  const n = images.labels.length;
  const keys: string[][] = Array.from({ length: n }, () => []);
  const columns: ((index: number) => number)[] = [];
  let values = 0;
  let missing = 0;
  for (const tag of tags) {
    const column = images.tags[tag];
    const { numberOf, size } = categories(column);
    const own = column.map(numberOf);
    for (let value = 0; value < size; value += 1) columns.push((index) => (own[index] === value ? 1 : 0));
    own.forEach((value, index) => {
      keys[index]?.push(String(value));
    });
    values += size;
    missing += column.filter((value) => value === null).length;
  }
  if (tags.includes('matrix')) {
    for (const side of [0, 1]) {
      const scaled = standardise(
        Float64Array.from({ length: n }, (_, index) => Math.log(images.sizes[2 * index + side] ?? 1)),
      );
      if (scaled === null) continue;
      columns.push((index) => scaled[index] ?? 0);
      for (let index = 0; index < n; index += 1) keys[index]?.push(String(images.sizes[2 * index + side]));
    }
  }
  const rows = new Map<string, number>();
  const first: number[] = [];
  const rowOf = Uint32Array.from(keys, (key, index) => {
    const text = key.join(' ');
    const row = rows.get(text) ?? rows.size;
    if (row === rows.size) {
      rows.set(text, row);
      first.push(index);
    }
    return row;
  });
  const width = columns.length;
  const features = new Float32Array(first.length * width);
  first.forEach((index, row) => {
    columns.forEach((of, column) => {
      features[row * width + column] = of(index);
    });
  });
  return { features, width, rowOf, rows: first.length, values, missing, penalty: TAG_PENALTY };
}

/** Numbers the values of a column: missing is a value, and all rare ones together are one. */
function categories(column: readonly (string | null)[]): {
  readonly numberOf: (value: string | null) => number;
  readonly size: number;
} {
  const counts = new Map<string | null, number>();
  for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
  const common = [...counts].filter(([value, n]) => value === null || n >= MIN_VALUE_IMAGES).map(([value]) => value);
  const numbers = new Map(common.map((value, number) => [value, number]));
  return {
    numberOf: (value) => numbers.get(value) ?? common.length,
    size: common.length + (common.length < counts.size ? 1 : 0),
  };
}

/** Standardised measures; images without measures lie at the mean, flagged in a column of their own. */
function measureDesign(
  images: ConfounderImages,
  read: (measures: NonNullable<ConfounderImages['measures'][number]>) => ArrayLike<number>,
): Design {
  const n = images.labels.length;
  const known = images.measures.map((measures) => (measures === null ? null : read(measures)));
  const numbers = known.find((values) => values !== null)?.length ?? 0;
  const missing = known.filter((values) => values === null).length;
  const columns: Float64Array[] = [];
  for (let column = 0; column < numbers; column += 1) {
    const scaled = standardise(Float64Array.from(known, (values) => values?.[column] ?? Number.NaN));
    if (scaled !== null) columns.push(scaled);
  }
  if (missing > 0 && missing < n) columns.push(Float64Array.from(known, (values) => (values === null ? 1 : 0)));
  const width = columns.length;
  const features = new Float32Array(n * width);
  columns.forEach((values, column) => {
    for (let index = 0; index < n; index += 1) features[index * width + column] = values[index] ?? 0;
  });
  const rowOf = Uint32Array.from({ length: n }, (_, index) => index);
  return { features, width, rowOf, rows: n, values: numbers, missing, penalty: PICTURE_PENALTY };
}

/** Scales to mean 0 and variance 1; NaN becomes 0. Null if all values are the same. */
function standardise(values: Float64Array): Float64Array | null {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  if (!(deviation > 1e-9 * Math.max(1, Math.abs(mean)))) return null;
  return values.map((value) => (Number.isNaN(value) ? 0 : (value - mean) / deviation));
}
