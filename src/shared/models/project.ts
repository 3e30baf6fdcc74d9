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
});
export type ProjectSummary = z.infer<typeof projectSummarySchema>;

export const settingsSchema = z.object({
  theme: z.enum(['dark', 'light', 'system']).default('dark'),
  /** Last project folder and screen, so that the window opens where it was left. */
  lastProject: z.string().nullable().default(null),
  lastScreen: z.string().default('projects'),
  showIdentifyingTags: z.boolean().default(false),
});
export type Settings = z.infer<typeof settingsSchema>;
