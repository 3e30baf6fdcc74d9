import { COEFFICIENTS, LOW_COUNT, MIDDLE_COUNT, type PictureDescriptor } from './picture-descriptor';

/** Correlation of 64 x 64 thumbnails from which two pictures count as near duplicates. */
export const NEAR_DUPLICATE = 0.95;
/**
 * Minimum correlation of their detail (everything but layout and lighting). Unrelated pictures from one machine share
 * the dark border and the shape of the field, and may correlate by more than 0.9 through these alone.
 */
export const NEAR_DUPLICATE_DETAIL = 0.5;
/** Correlation of the frequencies beyond the block, as a share of that of the finest ones kept. */
const BEYOND = 0.9;

/**
 * Correlation of two pictures' 64 x 64 grey thumbnails, estimated from their descriptors, if they are near duplicates;
 * otherwise 0. The block of low frequencies is compared directly; the remainder is assumed to correlate like the finest
 * frequencies in the block, so that pictures that agree in coarse structure but differ in noise stay apart.
 */
export function nearDuplicateSimilarity(a: PictureDescriptor, b: PictureDescriptor): number {
  const weight = a.share * b.share;
  const rest = a.rest * b.rest;
  const low = dot(a, b, 0, LOW_COUNT) * a.lowScale * b.lowScale;
  // By Cauchy-Schwarz the detail adds at most the product of its norms: most pairs end here.
  if ((low + a.detailNorm * b.detailNorm) * weight + rest < NEAR_DUPLICATE) return 0;
  const scale = a.detailScale * b.detailScale;
  const middle = dot(a, b, LOW_COUNT, LOW_COUNT + MIDDLE_COUNT) * scale;
  const high = dot(a, b, LOW_COUNT + MIDDLE_COUNT, COEFFICIENTS) * scale;
  if (middle + high < NEAR_DUPLICATE_DETAIL * a.detailNorm * b.detailNorm) return 0;
  const fine = a.highNorm * b.highNorm === 0 ? 0 : high / (a.highNorm * b.highNorm);
  const similarity = (low + middle + high) * weight + BEYOND * fine * rest;
  return similarity < NEAR_DUPLICATE ? 0 : Math.min(1, similarity);
}

function dot(a: PictureDescriptor, b: PictureDescriptor, from: number, to: number): number {
  const one = a.coefficients;
  const other = b.coefficients;
  let sum = 0;
  for (let index = from; index < to; index++) sum += (one[index] as number) * (other[index] as number);
  return sum;
}
