import { z } from 'zod';

export const attentionShapeSchema = z.object({
  layers: z.number().int(),
  heads: z.number().int(),
  /** Patches down and across. */
  gridHeight: z.number().int(),
  gridWidth: z.number().int(),
  /**
   * The part of the image that the model saw, which the grid covers, in shares of the image's width and height; it may
   * extend beyond the image. Absent: the whole image.
   */
  frame: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }).optional(),
});
export type AttentionShape = z.infer<typeof attentionShapeSchema>;

/** Attention maps of a model for one image. */
export interface AttentionMaps extends AttentionShape {
  /**
   * Share of the network's input, from the left and from the top, that the grid covers: less than 1 if pixels at the
   * right and bottom fill no patch. Absent: all of it.
   */
  readonly covered?: number;
  /** [layers, heads, gridHeight, gridWidth]: attention of CLS, or without CLS the mean of all patches', to the patches. */
  readonly rows: Float32Array;
  /** [gridHeight, gridWidth]: attention rollout, 0.5 A + 0.5 I: the same rows. */
  readonly rollout: Float32Array;
}
