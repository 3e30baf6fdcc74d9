import { z } from 'zod';

/** Usual maximum of the short side of a canonical raster, in pixels; larger where a run's images are larger. */
export const CANONICAL_SHORT_SIDE = 512;

/**
 * Mapping of stored values to the model's 0..1 range. `auto`: the file's first VOI window if it has one, otherwise the
 * full range of the frame (without padding). 8-bit photographs (PNG, JPEG) are used unchanged; for 16-bit PNG see
 * `wideSamplesSchema`.
 */
export const intensitySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('auto') }),
  z.object({ kind: z.literal('window'), center: z.number(), width: z.number().positive() }),
  z.object({ kind: z.literal('percentile'), low: z.number().min(0).max(50), high: z.number().min(50).max(100) }),
  z.object({ kind: z.literal('full-range') }),
]);
export type Intensity = z.infer<typeof intensitySchema>;

/**
 * The region of an image to keep. `ultrasound-region`: the file's only 2-D tissue region (DICOM (0018,6011)), without
 * banners and scales; the whole image if a file has none or several.
 */
export const cropSchema = z.enum(['ultrasound-region']);
export type Crop = z.infer<typeof cropSchema>;

/**
 * Shape of the pixels of an image. `square`: an image whose file declares non-square pixels is resampled to its true
 * aspect.
 */
export const pixelShapeSchema = z.enum(['square']);
export type PixelShape = z.infer<typeof pixelShapeSchema>;

/**
 * Mapping of 16-bit PNG to grey levels. `values`: as measured values, by the bits that the file declares (sBIT) or the
 * range that they use, or by the run's intensity.
 */
export const wideSamplesSchema = z.enum(['values']);
export type WideSamples = z.infer<typeof wideSamplesSchema>;

/** Resampling filters of Pillow, in the order of its numbers (`Image.Resampling`), which image processors name. */
export const resampleNames = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
export type Resample = (typeof resampleNames)[number];

const side = z.number().int().positive();

/**
 * How the image is resized before the network's `height` × `width` are cut from its centre, where black fills what the
 * image does not cover.
 */
export const fitSchema = z.discriminatedUnion('kind', [
  /** To this size, whatever its aspect. */
  z.object({ kind: z.literal('squash'), height: side, width: side }),
  /** Keeping its aspect, to this short side, and a long side of at most `longestEdge`. */
  z.object({ kind: z.literal('shortest-edge'), edge: side, longestEdge: side.optional() }),
  /** Keeping its aspect, to the largest size within `height` × `width`. */
  z.object({ kind: z.literal('letterbox') }),
]);
export type Fit = z.infer<typeof fitSchema>;

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * The one recorded way from a file to `pixel_values` [3, height, width]: intensity → crop → shape of pixels → canonical
 * 8-bit raster (short side at most `canonicalShortSide`) → resize (`resample`, by Pillow's arithmetic) and cut (`fit`) →
 * × `rescaleFactor` → (x - mean) / std, like the image processors of transformers. Training, evaluation, prediction and export all
 * read this record, and its hash is stored with every run.
 */
export const pipelineSchema = z.object({
  version: z.literal(1),
  intensity: intensitySchema,
  /** Absent: the whole image. */
  crop: cropSchema.optional(),
  /** Absent, as in runs of earlier versions: as stored. */
  pixels: pixelShapeSchema.optional(),
  /** Absent, as in runs of earlier versions: round(v / 257), whatever the intensity. */
  wideSamples: wideSamplesSchema.optional(),
  canonicalShortSide: side,
  height: side,
  width: side,
  /** Absent, as in runs of earlier versions: the whole image is resized to `height` × `width`, whatever its aspect. */
  fit: fitSchema.optional(),
  resample: z.enum(resampleNames),
  rescaleFactor: z.number().positive(),
  mean: triple,
  std: triple,
});
export type Pipeline = z.infer<typeof pipelineSchema>;

/** The part of the pipeline that an image processor determines: from the raster to `pixel_values`. */
export const preparationSchema = pipelineSchema.pick({
  height: true,
  width: true,
  fit: true,
  resample: true,
  rescaleFactor: true,
  mean: true,
  std: true,
});
export type Preparation = z.infer<typeof preparationSchema>;
