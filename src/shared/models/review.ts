import { z } from 'zod';

/** Why an image is worth a second look. The order is that of the queue. */
export const reviewReasons = [
  /** Its twin has another label. */
  'label-conflict',
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
