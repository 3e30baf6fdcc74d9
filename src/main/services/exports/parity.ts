import { FoveaError } from '#shared/ipc/errors';
import { argmax } from '#shared/statistics/log-loss';
import { formatPercent } from '#shared/text/number';
import type { Parity } from '../../engine-host/core/protocol';

const PARITY_LIMIT = 1e-4;

/** Compares probabilities [images, classes]: their largest difference, and the share of images with the same class. */
export function compare(a: Float32Array, b: Float32Array, classes: number): Parity {
  const images = a.length / classes;
  let maxProbabilityDifference = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let same = 0;
  for (let image = 0; image < images; image++) {
    const one = a.subarray(image * classes, (image + 1) * classes);
    const other = b.subarray(image * classes, (image + 1) * classes);
    if (argmax(one) === argmax(other)) same += 1;
    one.forEach((value, index) => {
      const difference = Math.abs(value - (other[index] ?? Number.NaN));
      maxProbabilityDifference = Number.isNaN(difference)
        ? Number.POSITIVE_INFINITY
        : Math.max(maxProbabilityDifference, difference);
    });
  }
  return { maxProbabilityDifference, agreement: images === 0 ? 0 : same / images, images };
}

/** Throws `export_differs`. */
export function requireParity({ maxProbabilityDifference, agreement, images }: Parity): void {
  if (maxProbabilityDifference < PARITY_LIMIT && agreement === 1 && images > 0) return;
  throw new FoveaError(
    'export_differs',
    `The exported model does not match the trained model: probabilities differ by up to ${maxProbabilityDifference.toExponential(1)}, ${formatPercent(agreement)} of ${images} images have the same class.`,
    { hint: 'Nothing was exported. Evaluate the run again. If its results are correct, report this.' },
  );
}
