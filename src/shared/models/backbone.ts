import { z } from 'zod';

export const backboneSummarySchema = z.object({
  /** `vit-micro`, `google/vit-base-patch16-224`, or the user's name for an imported folder. */
  name: z.string(),
  /**
   * `architecture`: random weights; `imported`: a folder in Fovea's store; `catalogue`: known, but not on this machine.
   */
  source: z.enum(['architecture', 'imported', 'catalogue']),
  pretrained: z.boolean(),
  parameters: z.number().int(),
  imageSize: z.number().int(),
  patchSize: z.number().int(),
  hiddenSize: z.number().int(),
  layers: z.number().int(),
  heads: z.number().int(),
  downloadBytes: z.number().nullable(),
  installed: z.boolean(),
  licence: z.string().nullable(),
  description: z.string(),
  /** Remarks from the import: assumptions made, and parts of the folder that are not used. */
  notes: z.array(z.string()).default([]),
});
export type BackboneSummary = z.infer<typeof backboneSummarySchema>;
