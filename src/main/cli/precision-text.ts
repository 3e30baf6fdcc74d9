import type { PrecisionComparison } from '#shared/models/precision';
import { decimals, percent, table } from './table';

/** Size, speed and accuracy of both files of a model, and what speaks against int8. */
export function describePrecisions(comparison: PrecisionComparison): string {
  const { fp32, int8, images, agreement, maxProbabilityDifference, warnings } = comparison;
  return [
    table(
      [`${images} validation images`, 'fp32', 'int8', 'int8 / fp32'],
      [
        ['bytes', String(fp32.bytes), String(int8.bytes), decimals(int8.bytes / fp32.bytes, 2)],
        [
          'images/s, one at a time',
          decimals(fp32.imagesPerSecond, 1),
          decimals(int8.imagesPerSecond, 1),
          decimals(int8.imagesPerSecond / fp32.imagesPerSecond, 2),
        ],
        ['accuracy', decimals(fp32.accuracy, 4), decimals(int8.accuracy, 4), ''],
      ],
    ),
    `The same answer on ${percent(agreement)}; probabilities differ by at most ${decimals(maxProbabilityDifference, 4)}.`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
}
