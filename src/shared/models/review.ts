import { z } from 'zod';

/** Why an image is worth a second look. The order is that of the queue. */
export const reviewReasons = [
  /** Its twin has another label. */
  'label-conflict',
  /** The files leave it open whether its patient is one person, or the same person as another. */
  'who-is-who',
  /** A backbone's features led to a picture that its pixels agree with: mirrored, turned, cropped or changed in contrast. */
  'possible-duplicate',
  /** Another file has its SOP Instance UID and other pixels: one of them is not what it says. */
  'repeated-instance',
  /** Readers do not agree on it, and nobody has settled it. */
  'readers-disagree',
  /** A model that did not learn from it is sure of another class. */
  'suspected-mislabel',
  /** The file says that text is burned in, does not say and its kind often has it, or text was found. */
  'burned-in-text',
  /** Too dark, too bright, blank, tiny or unlike the rest. */
  'odd-picture',
  /** Another modality than nearly all others. */
  'other-modality',
] as const;
export const reviewReasonSchema = z.enum(reviewReasons);
export type ReviewReason = (typeof reviewReasons)[number];

/** `accepted`: it is right as it is. `deferred`: later; it comes back at the end of the queue. */
export const reviewVerdictSchema = z.enum(['accepted', 'deferred']);
export type ReviewVerdict = z.infer<typeof reviewVerdictSchema>;

/** One image with one reason to look at it. */
export const reviewFindingSchema = z.object({
  image: z.number().int(),
  reason: reviewReasonSchema,
  /** One sentence for people: why it is here, with the number that says so. */
  why: z.string(),
  /** 0 to 1: the surer, the earlier in the queue. */
  weight: z.number().min(0).max(1),
  /** What the reason rests on (a short stable text): a verdict holds until it changes. */
  evidence: z.string(),
  /** The class that the evidence speaks for, where there is one. */
  suggestion: z.string().nullable(),
  /** Images to be seen beside it, such as its twins. */
  beside: z.array(z.number().int()),
});
export type ReviewFinding = z.infer<typeof reviewFindingSchema>;

/** `open`: nobody has said anything. `accepted` is settled for as long as the evidence is the same. */
export const reviewStateSchema = z.enum(['open', ...reviewVerdictSchema.options]);

/** A finding with its image, and what a person said of it. */
export const reviewItemSchema = reviewFindingSchema.extend({
  /** Path of the image relative to the folder that was imported. */
  path: z.string(),
  /** Its label now. */
  label: z.string().nullable(),
  state: reviewStateSchema,
  /** When that was said; null where nothing was. */
  at: z.string().nullable(),
});
export type ReviewItem = z.infer<typeof reviewItemSchema>;

/** Images by reason: an image with two reasons counts with both. */
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

/** What a person does about a finding. `reopen` takes a verdict back. `relabel` with null takes the label away. */
export const reviewDecisionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accept') }),
  z.object({ kind: z.literal('defer') }),
  z.object({ kind: z.literal('reopen') }),
  z.object({ kind: z.literal('relabel'), label: z.string().trim().min(1).max(120).nullable() }),
  z.object({ kind: z.literal('exclude') }),
  /** Of a possible duplicate: it shows the same as the images beside it, and stays in one part with them; or not. */
  z.object({ kind: z.literal('same') }),
  z.object({ kind: z.literal('different') }),
]);
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>;

/** Whose answers the suspected mislabels rest on. */
export const mislabelSourceSchema = z.object({
  kind: z.enum(['cross-validation', 'run']),
  /** Of the experiment or the run. */
  id: z.string(),
  name: z.string(),
  images: z.number().int(),
  /** Share of its answers that are the label, 0 to 1. */
  accuracy: z.number(),
});
export type MislabelSource = z.infer<typeof mislabelSourceSchema>;

export const reviewListSchema = z.object({
  /** In the order of the queue: open ones, deferred ones, settled ones; the first of them where there are very many. */
  findings: z.array(reviewItemSchema),
  /** Of all findings, whatever was asked for. */
  counts: reviewCountsSchema,
  /** Null: no model has answered for images that it did not learn from. */
  mislabelSource: mislabelSourceSchema.nullable(),
  /** What could not be looked for, in sentences. */
  problems: z.array(z.string()),
});
export type ReviewList = z.infer<typeof reviewListSchema>;
