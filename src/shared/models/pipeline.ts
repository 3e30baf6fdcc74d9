import { z } from 'zod';

/** Short side, in pixels, that a canonical raster has at most. */
export const CANONICAL_SHORT_SIDE = 512;

/**
 * How stored values become the model's 0..1 range. `auto`: the file's first VOI window when it names one, else the
 * full range of the frame (padding left out). 8-bit photographs (PNG, JPEG) are taken as they are; 16-bit PNG: see
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
 * What of a picture is kept. `ultrasound-region`: the file's only 2-D tissue region (DICOM (0018,6011)), without
 * banners and scales; the whole picture where a file names none or several.
 */
export const cropSchema = z.enum(['ultrasound-region']);
export type Crop = z.infer<typeof cropSchema>;

/**
 * Which shape the pixels of a picture get. `square`: where a file says that its pixels are not square, the picture is
 * resampled to its true aspect.
 */
export const pixelShapeSchema = z.enum(['square']);
export type PixelShape = z.infer<typeof pixelShapeSchema>;

/**
 * How 16-bit PNG become grey levels. `values`: as values that were measured, by the bits that the file names (sBIT) or
 * the range that they use, or by the run's intensity.
 */
export const wideSamplesSchema = z.enum(['values']);
export type WideSamples = z.infer<typeof wideSamplesSchema>;

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * The one recorded way from a file to `pixel_values` [3, height, width]: intensity → crop → shape of pixels → canonical 8-bit
 * raster (short side at most `canonicalShortSide`) → resize (PIL's antialiased bilinear, aspect not kept, as HF's ViTImageProcessor)
 * → × `rescaleFactor` → (x - mean) / std. Training, evaluation, prediction and export all read this record, and its
 * hash is stored with every run.
 */
export const pipelineSchema = z.object({
  version: z.literal(1),
  intensity: intensitySchema,
  /** Absent: the whole picture. */
  crop: cropSchema.optional(),
  /** Absent, as in runs of earlier versions: as they are stored. */
  pixels: pixelShapeSchema.optional(),
  /** Absent, as in runs of earlier versions: round(v / 257), whatever the intensity. */
  wideSamples: wideSamplesSchema.optional(),
  canonicalShortSide: z.number().int().positive(),
  height: z.number().int().positive(),
  width: z.number().int().positive(),
  resample: z.literal('bilinear'),
  rescaleFactor: z.number().positive(),
  mean: triple,
  std: triple,
});
export type Pipeline = z.infer<typeof pipelineSchema>;
