import { z } from 'zod';
import { formatPercent } from '../text/number';

/** Number format of a model: 32-bit floats, or 8-bit integers in the linear layers of its blocks. */
export const precisions = ['fp32', 'int8'] as const;
export type Precision = (typeof precisions)[number];

const measuredFileSchema = z.object({
  bytes: z.number().int(),
  /** One image at a time, median. */
  imagesPerSecond: z.number(),
  /** Share of the labelled images that are classified correctly. */
  accuracy: z.number(),
});

/** The two files of one model, run on the same labelled images, one at a time and alternating. */
export const precisionComparisonSchema = z.object({
  images: z.number().int(),
  fp32: measuredFileSchema,
  int8: measuredFileSchema,
  maxProbabilityDifference: z.number(),
  /** Share of images with the same predicted class. */
  agreement: z.number(),
  /** Reasons against int8, in sentences. */
  warnings: z.array(z.string()),
});
export type PrecisionComparison = z.infer<typeof precisionComparisonSchema>;

/**
 * MLPerf Inference accepts a quantised model that keeps 99 % of the fp32 accuracy (Reddi et al. 2020, "MLPerf Inference
 * Benchmark").
 */
export const REQUIRED_SHARE = 0.99;

/** Reasons against int8: less than 99 % of fp32's accuracy, or fewer than 99 % equal predictions. */
export function precisionWarnings(measured: Omit<PrecisionComparison, 'warnings'>): string[] {
  const { images, fp32, int8, agreement } = measured;
  const warnings: string[] = [];
  if (int8.accuracy < REQUIRED_SHARE * fp32.accuracy) {
    warnings.push(
      `int8 classifies ${formatPercent(int8.accuracy)} of the ${images} images correctly and fp32 ${formatPercent(fp32.accuracy)}, a loss of more than 1 %. Use the fp32 file.`,
    );
  }
  if (agreement < REQUIRED_SHARE) {
    const changed = Math.round((1 - agreement) * images);
    warnings.push(
      `${changed} of ${images} predictions differ between int8 and fp32. Check these images before using int8, or use the fp32 file.`,
    );
  }
  return warnings;
}
