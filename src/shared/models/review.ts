import { z } from 'zod';

/** Reasons to review an image, in the order of the queue. */
export const reviewReasons = [
  /** A duplicate has another label. */
  'label-conflict',
  /** The files leave open whether its patient is one person, or the same person as another. */
  'who-is-who',
  /** A backbone's features found an image with agreeing pixels: mirrored, rotated, cropped or changed in contrast. */
  'possible-duplicate',
  /** Another file has the same SOP Instance UID but other pixels: one of them is wrong. */
  'repeated-instance',
  /** Readers disagree on it, and nobody has adjudicated it. */
  'readers-disagree',
  /** A model that was not trained on it is confident of another class. */
  'suspected-mislabel',
  /** The file declares burned-in text, does not declare it although it is common in its kind, or text was detected. */
  'burned-in-text',
  /** Too dark, too bright, blank, tiny or unlike the rest. */
  'odd-picture',
  /** Another modality than nearly all others. */
  'other-modality',
] as const;
export const reviewReasonSchema = z.enum(reviewReasons);
export type ReviewReason = (typeof reviewReasons)[number];

/** `accepted`: it is right as it is. `deferred`: it returns at the end of the queue. */
export const reviewVerdictSchema = z.enum(['accepted', 'deferred']);
export type ReviewVerdict = z.infer<typeof reviewVerdictSchema>;

/** One image with one reason to review it. */
export const reviewFindingSchema = z.object({
  image: z.number().int(),
  reason: reviewReasonSchema,
  /** One sentence for people: the reason, with its number. */
  why: z.string(),
  /** 0 to 1: the surer, the earlier in the queue. */
  weight: z.number().min(0).max(1),
  /** What the reason rests on (a short stable text): a verdict applies until it changes. */
  evidence: z.string(),
  /** The class that the evidence suggests, if any. */
  suggestion: z.string().nullable(),
  /** Images to show beside it, such as its duplicates. */
  beside: z.array(z.number().int()),
});
export type ReviewFinding = z.infer<typeof reviewFindingSchema>;

/** `open`: no verdict. `accepted` is resolved for as long as the evidence stays the same. */
export const reviewStateSchema = z.enum(['open', ...reviewVerdictSchema.options]);

/** A finding with its image and its verdict. */
export const reviewItemSchema = reviewFindingSchema.extend({
  /** Path of the image relative to the imported folder. */
  path: z.string(),
  /** Its current label. */
  label: z.string().nullable(),
  state: reviewStateSchema,
  /** Time of the verdict; null without one. */
  at: z.string().nullable(),
});
export type ReviewItem = z.infer<typeof reviewItemSchema>;

/** Images by reason: an image with two reasons counts for both. */
export const reviewCountsSchema = z.record(
  reviewReasonSchema,
  z.object({
    open: z.number().int(),
    deferred: z.number().int(),
    /** Accepted, relabelled or excluded in the review, and not open again since. */
    settled: z.number().int(),
  }),
);
export type ReviewCounts = z.infer<typeof reviewCountsSchema>;

/** A person's decision about a finding. `reopen` withdraws a verdict. `relabel` with null removes the label. */
export const reviewDecisionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accept') }),
  z.object({ kind: z.literal('defer') }),
  z.object({ kind: z.literal('reopen') }),
  z.object({ kind: z.literal('relabel'), label: z.string().trim().min(1).max(120).nullable() }),
  z.object({ kind: z.literal('exclude') }),
  /** For a possible duplicate: it shows the same as the images beside it, and stays in one split with them; or not. */
  z.object({ kind: z.literal('same') }),
  z.object({ kind: z.literal('different') }),
]);
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>;

/** The models whose predictions the suspected mislabels rest on. */
export const mislabelSourceSchema = z.object({
  kind: z.enum(['cross-validation', 'run']),
  /** Id of the experiment or the run. */
  id: z.string(),
  name: z.string(),
  images: z.number().int(),
  /** Share of its predictions that equal the label, 0 to 1. */
  accuracy: z.number(),
});
export type MislabelSource = z.infer<typeof mislabelSourceSchema>;

export const reviewListSchema = z.object({
  /** In the order of the queue: open, deferred, resolved; truncated if there are very many. */
  findings: z.array(reviewItemSchema),
  /** Over all findings, whatever the request. */
  counts: reviewCountsSchema,
  /** Null: no model has predictions for images that it was not trained on. */
  mislabelSource: mislabelSourceSchema.nullable(),
  /** Checks that could not run, in sentences. */
  problems: z.array(z.string()),
});
export type ReviewList = z.infer<typeof reviewListSchema>;
