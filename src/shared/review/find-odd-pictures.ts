import type { FeatureOutlier } from '../duplicates/feature-neighbours';
import type { ReviewFinding } from '../models/review';
import { median } from '../statistics/median';
import type { MeasuredImage } from './measured-image';

/** A kind of oddity, the number that shows it, and its certainty. */
interface Oddity {
  /** Short and stable, as it serves as the evidence of the finding. */
  readonly kind: string;
  readonly why: string;
  readonly weight: number;
}

/** Standard deviation of grey values below which nothing is visible. */
const BLANK_DEVIATION = 2;
const NEARLY_ALL_DARK = 0.95;
const NEARLY_ALL_BRIGHT = 0.9;
/** Short side of the file, pixels. */
const TINY = 64;
/** Bits: a mask or a line drawing has fewer than 1, the plainest of 780 ultrasound images 5.1. */
const FEW_GREYS = 1.5;
/** Mean difference of neighbours over the standard deviation; ultrasound images have 0.06 to 0.2. */
const BLURRED = 0.012;

/** With fewer images, the others say too little about one of them. */
const MIN_IMAGES = 30;
/** Robust deviations from the median beyond which an image is unlike the rest. */
const OUTLIER_DEVIATIONS = 5;
/** If a larger share of the images lies that far on one side of a measure, they are a kind of their own. */
const MAX_OUTLIER_SHARE = 0.02;

const percent = (share: number): string => `${Math.floor(1000 * share) / 10} %`;

/** Rules that hold for any image, the most conclusive first. */
function absoluteOddity({ width, height, measures }: MeasuredImage): Oddity | null {
  const { deviation, dark, bright, entropy, sharpness } = measures;
  if (deviation < BLANK_DEVIATION) {
    return {
      kind: 'blank',
      why: `The image is blank: the standard deviation of its grey values is ${deviation.toFixed(1)} of 255.`,
      weight: 1,
    };
  }
  if (dark >= NEARLY_ALL_DARK) return { kind: 'dark', why: `${percent(dark)} of the image is black.`, weight: 0.95 };
  if (bright >= NEARLY_ALL_BRIGHT)
    return { kind: 'bright', why: `${percent(bright)} of the image is white.`, weight: 0.95 };
  if (entropy < FEW_GREYS) {
    return {
      kind: 'few-greys',
      why: `The image has very few grey values (${entropy.toFixed(1)} bits), like a mask or a drawing.`,
      weight: 0.9,
    };
  }
  const side = Math.min(width, height);
  if (side < TINY) return { kind: 'tiny', why: `The image is only ${width} x ${height} pixels.`, weight: 0.85 };
  if (sharpness / deviation < BLURRED) {
    return {
      kind: 'blurred',
      why: `The image is blurred: neighbouring pixels differ by ${sharpness.toFixed(2)} of 255 on average.`,
      weight: 0.7,
    };
  }
  return null;
}

/** Weight of being unlike the rest, from its robust deviations: less conclusive than an absolute rule. */
const weightOf = (deviations: number): number => Math.min(0.6, 0.3 + 0.03 * (deviations - OUTLIER_DEVIATIONS));

/** Measures compared with the rest of the dataset: `value` is roughly symmetric over images of one kind. */
const comparisons: readonly {
  readonly kind: string;
  readonly value: (image: MeasuredImage) => number;
  readonly low: string;
  readonly high: string;
  /** The number as people see it, and the smallest deviation that counts (in units of `value`). */
  readonly shown: (image: MeasuredImage) => string;
  readonly floor: number;
}[] = [
  {
    kind: 'mean',
    value: ({ measures }) => measures.mean,
    low: 'darker',
    high: 'brighter',
    shown: ({ measures }) => `mean grey value ${measures.mean.toFixed(0)}`,
    floor: 5,
  },
  {
    kind: 'contrast',
    value: ({ measures }) => measures.deviation,
    low: 'lower in contrast',
    high: 'higher in contrast',
    shown: ({ measures }) => `standard deviation ${measures.deviation.toFixed(0)}`,
    floor: 3,
  },
  {
    kind: 'entropy',
    value: ({ measures }) => measures.entropy,
    low: 'plainer',
    high: 'richer in grey values',
    shown: ({ measures }) => `entropy ${measures.entropy.toFixed(1)} bits`,
    floor: 0.2,
  },
  {
    kind: 'sharpness',
    value: ({ measures }) => Math.log(Math.max(1e-4, measures.sharpness / Math.max(measures.deviation, 1))),
    low: 'more blurred',
    high: 'noisier',
    shown: ({ measures }) => `neighbouring pixels differ by ${measures.sharpness.toFixed(1)}`,
    floor: 0.1,
  },
  {
    kind: 'shape',
    value: ({ width, height }) => Math.log(width / height),
    low: 'narrower',
    high: 'wider',
    shown: ({ width, height }) => `${width} x ${height} pixels`,
    floor: 0.2,
  },
];

/** Robust deviations on both sides of the median; each side has its own, so that skew is not an oddity. */
function robustDeviations(
  values: readonly number[],
  floor: number,
): { readonly middle: number; of(value: number): number } {
  const middle = median(values);
  const side = (keep: (difference: number) => boolean) => {
    const distances = values.map((value) => value - middle).filter(keep);
    // 1.4826 times the median distance is the standard deviation of a normal distribution.
    return Math.max(floor, 1.4826 * (median(distances.map(Math.abs)) || 0));
  };
  const below = side((difference) => difference <= 0);
  const above = side((difference) => difference >= 0);
  return { middle, of: (value) => (value < middle ? (value - middle) / below : (value - middle) / above) };
}

/**
 * Images that show nothing or are unlike the rest: at most one finding per image, an absolute one before a relative
 * one.
 *
 * Relative: farther than five robust deviations from the median of the dataset (the median absolute deviation of each
 * side; after Iglewicz and Hoaglin, "How to detect and handle outliers", 1993, and Rousseeuw and Croux, "Alternatives
 * to the median absolute deviation", 1993). Images that are odd by an absolute rule do not count among the rest, and a
 * side of a measure with more than 2 % of images that far out is left out: those are another kind of image, not odd
 * ones.
 *
 * @param outliers images that a backbone finds unlike the rest, if there is one (`compareFeatures`)
 */
export function findOddPictures(
  images: readonly MeasuredImage[],
  outliers: readonly FeatureOutlier[] = [],
): ReviewFinding[] {
  const odd = new Map<number, Oddity>();
  for (const image of images) {
    const oddity = absoluteOddity(image);
    if (oddity !== null) odd.set(image.image, oddity);
  }
  const rest = images.filter(({ image }) => !odd.has(image));
  if (rest.length >= MIN_IMAGES) {
    for (const [image, oddity] of relativeOddities(rest)) odd.set(image, oddity);
  }
  for (const { image, similarity, far } of outliers) {
    if (odd.has(image)) continue;
    odd.set(image, {
      kind: 'unlike:features',
      why: `The image is unlike all others to a backbone: similarity ${similarity.toFixed(2)} to the nearest, ${far.toFixed(1)} deviations below the median.`,
      weight: weightOf(far),
    });
  }
  return images.flatMap(({ image }) => {
    const oddity = odd.get(image);
    if (oddity === undefined) return [];
    const { kind, why, weight } = oddity;
    return [{ image, reason: 'odd-picture' as const, why, weight, evidence: kind, suggestion: null, beside: [] }];
  });
}

function relativeOddities(rest: readonly MeasuredImage[]): Map<number, Oddity> {
  const found = new Map<number, { readonly deviations: number; readonly oddity: Oddity }>();
  const maxOutliers = Math.max(1, Math.floor(MAX_OUTLIER_SHARE * rest.length));
  for (const { kind, value, low, high, shown, floor } of comparisons) {
    const values = rest.map(value);
    const { of } = robustDeviations(values, floor);
    for (const side of [-1, 1]) {
      const far = rest
        .map((image, index) => ({ image, deviations: side * of(values[index] as number) }))
        .filter(({ deviations }) => deviations > OUTLIER_DEVIATIONS);
      if (far.length > maxOutliers) continue;
      for (const { image, deviations } of far) {
        if (deviations <= (found.get(image.image)?.deviations ?? 0)) continue;
        const word = side < 0 ? low : high;
        found.set(image.image, {
          deviations,
          oddity: {
            kind: `unlike:${kind}:${side < 0 ? 'low' : 'high'}`,
            why: `The image is ${word} than nearly all others: ${shown(image)}, ${deviations.toFixed(1)} deviations from the median.`,
            weight: weightOf(deviations),
          },
        });
      }
    }
  }
  return new Map([...found].map(([image, { oddity }]) => [image, oddity]));
}
