import { z } from 'zod';

/** What a setting that is swept can be. */
export const settingValueSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type SettingValue = z.infer<typeof settingValueSchema>;

/**
 * As what a run belongs to an experiment. It stands in the run's own record, so that an experiment can be made again
 * from its runs.
 */
export const membershipSchema = z.discriminatedUnion('kind', [
  /** One value of the one setting in which the runs of a sweep differ; dots go into groups (`augmentation.enabled`). */
  z.object({ kind: z.literal('sweep'), experiment: z.string(), key: z.string(), value: settingValueSchema }),
  /** The run that is validated on fold `fold` (from 1) and trained on the others. */
  z.object({ kind: z.literal('folds'), experiment: z.string(), fold: z.number().int(), folds: z.number().int() }),
  /** One of the two that measure a leak: on a split that keeps together what belongs together, or on one that does not. */
  z.object({ kind: z.literal('leak'), experiment: z.string(), grouped: z.boolean() }),
]);
export type Membership = z.infer<typeof membershipSchema>;
