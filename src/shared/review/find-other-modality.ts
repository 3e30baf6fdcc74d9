import type { ReviewFinding } from '../models/review';
import { formatPercent } from '../text/number';
import type { MeasuredImage } from './measured-image';

/** A modality counts as the dataset's own if more than this share of images has it. */
const DOMINANT_SHARE = 0.9;
/** Images of another modality are outliers up to this share of the dataset, or up to this number. */
const MAX_OUTLIER_SHARE = 0.01;
const MAX_OUTLIERS = 3;
/** Share of coloured pixels from which an image counts as coloured. */
const COLOURED = 0.001;
/** Coloured images are outliers among grey ones up to this share. */
const MAX_COLOURED_SHARE = 0.02;

/**
 * Images whose file gives another modality than nearly all others; and coloured images among grey ones, such as Doppler
 * or a photograph. Files without a modality (PNG, JPEG) do not count towards the first.
 */
export function findOtherModality(images: readonly MeasuredImage[]): ReviewFinding[] {
  const other = otherModalities(images);
  return [...other, ...colouredAmongGrey(images, new Set(other.map(({ image }) => image)))].sort(
    (a, b) => a.image - b.image,
  );
}

function otherModalities(images: readonly MeasuredImage[]): ReviewFinding[] {
  const known = images.filter(({ modality }) => modality !== null && modality !== '');
  const counts = new Map<string, number>();
  for (const { modality } of known) if (modality !== null) counts.set(modality, (counts.get(modality) ?? 0) + 1);
  const [main, mainCount] = [...counts].reduce((one, next) => (next[1] > one[1] ? next : one), ['', 0]);
  if (mainCount <= DOMINANT_SHARE * known.length) return [];
  return known.flatMap(({ image, modality }) => {
    const count = counts.get(modality ?? '') ?? 0;
    if (modality === null || modality === main || count > Math.max(MAX_OUTLIERS, MAX_OUTLIER_SHARE * known.length))
      return [];
    const verb = count === 1 ? 'image is' : 'images are';
    return {
      image,
      reason: 'other-modality' as const,
      why: `${count} ${verb} ${modality}, ${mainCount} of ${known.length} are ${main}.`,
      weight: 0.8,
      evidence: `modality:${modality}`,
      suggestion: null,
      beside: [],
    };
  });
}

function colouredAmongGrey(images: readonly MeasuredImage[], known: ReadonlySet<number>): ReviewFinding[] {
  const coloured = images.filter(({ measures }) => measures.colour >= COLOURED);
  if (coloured.length === 0 || coloured.length > Math.max(MAX_OUTLIERS, MAX_COLOURED_SHARE * images.length)) return [];
  if (images.length - coloured.length <= DOMINANT_SHARE * images.length) return [];
  return coloured
    .filter(({ image }) => !known.has(image))
    .map(({ image, measures }) => ({
      image,
      reason: 'other-modality' as const,
      why: `The image has colour (${formatPercent(measures.colour)} of it), as ${coloured.length} of ${images.length} have.`,
      weight: 0.5 + Math.min(0.3, measures.colour),
      evidence: 'colour',
      suggestion: null,
      beside: [],
    }));
}
