import { z } from 'zod';

/**
 * `architecture`: random weights; `included`: weights that came with Fovea; `imported`: a folder in Fovea's store;
 * `catalogue`: known, but not on this machine.
 */
export const backboneSources = ['architecture', 'included', 'imported', 'catalogue'] as const;

export const backboneSummarySchema = z.object({
  /** `vit-micro`, `google/vit-base-patch16-224`, or the user's name for an imported folder. */
  name: z.string(),
  source: z.enum(backboneSources),
  pretrained: z.boolean(),
  parameters: z.number().int(),
  imageSize: z.number().int(),
  patchSize: z.number().int(),
  hiddenSize: z.number().int(),
  layers: z.number().int(),
  heads: z.number().int(),
  /** Size of the download; null unless in the catalogue. */
  downloadBytes: z.number().nullable(),
  /** Size of its files on this machine; null if it has none, or was imported by an earlier version. */
  diskBytes: z.number().nullable().default(null),
  installed: z.boolean(),
  licence: z.string().nullable(),
  /** What the licence or the authors demand beyond attribution, in a sentence; null if nothing is known. */
  terms: z.string().nullable().default(null),
  /** What the weights learned from, in a phrase; null if unknown. */
  training: z.string().nullable().default(null),
  /** Whether the hub gives its files only to people who have accepted terms there. */
  gated: z.boolean().default(false),
  /** Address of its files on the Hugging Face hub; null unless in the catalogue. */
  page: z.string().nullable().default(null),
  /** Names of its licence and model card, which `backbones.document` reads. */
  documents: z.array(z.string()).default([]),
  description: z.string(),
  /** The catalogue's name of these weights, recognised at an import by folder name and shape; null if not recognised. */
  knownAs: z.string().nullable().default(null),
  /** Remarks from the import: assumptions made, and parts of the folder that are not used. */
  notes: z.array(z.string()).default([]),
});
export type BackboneSummary = z.infer<typeof backboneSummarySchema>;

/** Pretrained weights of fewer parameters are called small: fast, but a larger backbone usually gives a better model. */
const SMALL_PARAMETERS = 10_000_000;

export const isSmall = ({ pretrained, parameters }: BackboneSummary): boolean =>
  pretrained && parameters < SMALL_PARAMETERS;
