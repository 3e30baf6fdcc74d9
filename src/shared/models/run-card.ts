import { z } from 'zod';
import { engineDeviceSchema } from './device';
import { runConfigSchema } from './run-config';
import { runPreviewSchema } from './run-preview';

/**
 * `fast`: a head on frozen features. `better`: the best fine-tuning that stays within reason on this computer. `best`:
 * the search for the best model within a time, which a person chooses.
 */
export const runCardKinds = ['fast', 'better', 'best'] as const;
export type RunCardKind = (typeof runCardKinds)[number];

/** What a card would start, and its expected cost. */
/** Minutes to choose from on the *best* card. */
export const searchMinutes = [5, 15, 45] as const;

export const runOfferSchema = z.object({
  config: runConfigSchema,
  pretrained: z.boolean(),
  /** Pixels per side of the model's input. */
  imageSize: z.number().int(),
  device: engineDeviceSchema,
  seconds: z.number().nullable(),
  memoryMB: z.number(),
});
export type RunOffer = z.infer<typeof runOfferSchema>;

export const runCardSchema = z.object({
  kind: z.enum(runCardKinds),
  offer: runOfferSchema.nullable(),
  /** Why nothing is offered, as sentences; null if something is. */
  reason: z.string().nullable(),
  /** Whether pretrained weights are what is missing. */
  needsWeights: z.boolean(),
});
export type RunCard = z.infer<typeof runCardSchema>;

/** Ready-made runs for a project's images on this computer. */
export const runCardsSchema = z.object({
  cards: z.array(runCardSchema),
  plannedSplit: runPreviewSchema.shape.plannedSplit,
  leak: runPreviewSchema.shape.leak,
  /** What prevents any of them from starting. */
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  places: runPreviewSchema.shape.places,
});
export type RunCards = z.infer<typeof runCardsSchema>;
