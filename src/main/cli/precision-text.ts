import type { PrecisionComparison } from '#shared/models/precision';
import { formatFixed, formatPercent } from '#shared/text/number';
import { table } from './table';

/** Size, speed and accuracy of a model in fp32 and int8, and warnings against int8. */
export function describePrecisions(comparison: PrecisionComparison): string {
  const { fp32, int8, images, agreement, maxProbabilityDifference, warnings } = comparison;
  return [
    table(
      [`${images} validation images`, 'fp32', 'int8', 'int8 / fp32'],
      [
        ['bytes', String(fp32.bytes), String(int8.bytes), formatFixed(int8.bytes / fp32.bytes, 2)],
        [
          'images/s, one at a time',
          formatFixed(fp32.imagesPerSecond, 1),
          formatFixed(int8.imagesPerSecond, 1),
          formatFixed(int8.imagesPerSecond / fp32.imagesPerSecond, 2),
        ],
        ['accuracy', formatFixed(fp32.accuracy, 4), formatFixed(int8.accuracy, 4), ''],
      ],
    ),
    `The same prediction on ${formatPercent(agreement)}; probabilities differ by at most ${formatFixed(maxProbabilityDifference, 4)}.`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n');
}
