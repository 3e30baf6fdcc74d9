import { z } from 'zod';
import { kappaWeights } from '../statistics/agreement';
import { metricSchema } from './metric';

export const kappaWeightsSchema = z.enum(kappaWeights);

/** Name or sign of a person as a reader of images; staff of the lab, never a patient. */
export const readerNameSchema = z.string().trim().min(1).max(80);

/** Counts for a project; all 0 without readings. */
export const readerCountsSchema = z.object({
  readers: z.number().int(),
  /** Images whose readings disagree and that nobody has adjudicated. */
  toAdjudicate: z.number().int(),
});

/** Two readers, over the images that both have read. */
export const readerPairSchema = z.object({
  first: z.number().int(),
  second: z.number().int(),
  images: z.number().int(),
  agreement: metricSchema.nullable(),
  kappa: metricSchema.nullable(),
});
export type ReaderPair = z.infer<typeof readerPairSchema>;

export const readersSummarySchema = z.object({
  /** Classes of labels and readings, in natural order: the order of keys 1 to 9 and of the weights. */
  classes: z.array(z.string()),
  readers: z.array(
    z.object({
      id: z.number().int(),
      name: z.string(),
      readings: z.number().int(),
      /** In the order of `classes`. */
      byClass: z.array(z.number().int()),
    }),
  ),
  pairs: z.array(readerPairSchema),
  /** All readers together, over the images with at least two readings (Fleiss). */
  group: z.object({
    images: z.number().int(),
    readings: z.number().int(),
    agreement: z.number().nullable(),
    kappa: metricSchema.nullable(),
  }),
  /** In the order of `classes`. */
  perClass: z.array(
    z.object({
      label: z.string(),
      readings: z.number().int(),
      agreement: z.number().nullable(),
      kappa: metricSchema.nullable(),
    }),
  ),
  /** Images with at least one reading. */
  images: z.number().int(),
  disagreements: z.number().int(),
  toAdjudicate: z.number().int(),
  /** Images to adjudicate in which more than half of the readings name one class. */
  withMajority: z.number().int(),
});
export type ReadersSummary = z.infer<typeof readersSummarySchema>;

/** The readings of two readers on the images that both read. */
export const readerTableSchema = z.object({
  classes: z.array(z.string()),
  /** [first][second], in the order of `classes`. */
  matrix: z.array(z.array(z.number().int())),
});
export type ReaderTable = z.infer<typeof readerTableSchema>;

/** An image whose readings disagree and that nobody has adjudicated. */
export const disagreementSchema = z.object({
  image: z.number().int(),
  path: z.string(),
  label: z.string().nullable(),
  readings: z.array(z.object({ reader: z.string(), label: z.string() })),
  /** The class that more than half of the readings name. */
  majority: z.string().nullable(),
});
export type Disagreement = z.infer<typeof disagreementSchema>;
