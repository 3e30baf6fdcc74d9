import { z } from 'zod';

/** Value of a setting in a sweep. */
export const settingValueSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type SettingValue = z.infer<typeof settingValueSchema>;

/**
 * A run's role in an experiment. Stored in the run's own record, so that an experiment can be restored from its runs.
 */
export const membershipSchema = z.discriminatedUnion('kind', [
  /** A value of the one setting that the runs of a sweep differ in; dots separate groups (`augmentation.enabled`). */
  z.object({ kind: z.literal('sweep'), experiment: z.string(), key: z.string(), value: settingValueSchema }),
  /** The run that is validated on fold `fold` (from 1) and trained on the others. */
  z.object({ kind: z.literal('folds'), experiment: z.string(), fold: z.number().int(), folds: z.number().int() }),
  /** One of the two runs that measure a leak: on a split that keeps groups together, or on one that does not. */
  z.object({ kind: z.literal('leak'), experiment: z.string(), grouped: z.boolean() }),
]);
export type Membership = z.infer<typeof membershipSchema>;
