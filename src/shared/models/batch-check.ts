import { z } from 'zod';
import { pipelineSchema } from './pipeline';

const value = z.number().nullable();

/** Statistics of a batch [images, 3, height, width] as the network gets it. Null without a finite value. */
export const batchStatisticsSchema = z.object({
  minimum: value,
  maximum: value,
  mean: value,
  /** Values that are NaN or infinite; they are left out of the others. */
  notFinite: z.number().int(),
  /** Red, green and blue. */
  channels: z.array(z.object({ mean: value, standardDeviation: value })),
});
export type BatchStatistics = z.infer<typeof batchStatisticsSchema>;

/** The first batch of a run's training, prepared as in training. */
export const batchCheckSchema = z.object({
  /** Of the batch: images, channels, height, width. */
  shape: z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()]),
  pipeline: pipelineSchema,
  /** The evaluation view of the images, then, unless augmentation is off, their training view. */
  views: z.array(
    z.object({
      kind: z.enum(['evaluation', 'augmented']),
      statistics: batchStatisticsSchema,
      /** The first images of the batch, with rescaling and normalisation undone. `png` is base64. */
      pictures: z.array(z.object({ image: z.number().int(), label: z.string(), png: z.string() })),
    }),
  ),
});
export type BatchCheck = z.infer<typeof batchCheckSchema>;
