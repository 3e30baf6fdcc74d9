import { z } from 'zod';

export const projectSummarySchema = z.object({
  /** Opaque while the app runs; not the path. */
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  openedAt: z.string(),
  images: z.number().int(),
  classes: z.array(z.string()),
  runs: z.number().int(),
  available: z.boolean(),
  /** For an open project: it can be viewed, not changed. */
  readOnly: z.boolean().default(false),
});
export type ProjectSummary = z.infer<typeof projectSummarySchema>;

const settingsFields = {
  theme: z.enum(['dark', 'light', 'system']),
  /** Last project folder and screen, so that the window opens where it was left. */
  lastProject: z.string().nullable(),
  lastScreen: z.string(),
  showIdentifyingTags: z.boolean(),
  /** The user's signature for sign-offs and openings of the test set. Never taken from the system. */
  signature: z.string().max(80),
  /** Name of the backbone trained from or imported last: the default of a new run. */
  lastBackbone: z.string().nullable(),
};
export const settingsSchema = z.object({
  theme: settingsFields.theme.default('dark'),
  lastProject: settingsFields.lastProject.default(null),
  lastScreen: settingsFields.lastScreen.default('projects'),
  showIdentifyingTags: settingsFields.showIdentifyingTags.default(false),
  signature: settingsFields.signature.default(''),
  lastBackbone: settingsFields.lastBackbone.default(null),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Some settings to change. Without defaults, which would reset all others. */
export const settingsChangeSchema = z.object(settingsFields).partial();
