import { z } from 'zod';
import { splitNameSchema } from '#shared/models/dataset';
import { reviewReasonSchema, reviewVerdictSchema } from '#shared/models/review';
import type { ActionKind, StoredAction } from '../../store/actions';
import { restoreVerdict } from '../../store/duplicates';
import { removePatientAlias } from '../../store/identity';
import { setRemoved } from '../../store/images';
import { classesByName, recordLabel, setLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { setReading } from '../../store/readings';
import { restoreReview } from '../../store/reviews';
import { currentSplit, setMember } from '../../store/splits';
import { setFacts } from '../../store/table-facts';

const optionalId = z.number().nullable();
/** [image, class]. */
const labels = z.array(z.tuple([z.number(), optionalId]));
/** Removed images. */
const removed = z.array(z.number());
/** [image, image, verdict] of possible duplicates. */
const verdicts = z.array(z.tuple([z.number(), z.number(), z.enum(['keep', 'different']).nullable()]));
/** The previous decision on a finding; null for none. */
const decision = z.object({ verdict: reviewVerdictSchema, evidence: z.string(), at: z.string() }).nullable();

const movedBefore = z.object({
  split: z.number(),
  parts: z.array(z.tuple([z.number(), splitNameSchema.nullable()])),
});

/** The state before a review decision. */
const reviewBefore = z.object({
  reviews: z.array(z.object({ image: z.number(), reason: reviewReasonSchema, said: decision })),
  labels,
  removed,
  verdicts: verdicts.default([]),
});
export type ReviewBefore = z.infer<typeof reviewBefore>;

/** The state before a label table, a reading or an adjudication. */
const storedChanges = z.object({
  labels: labels.default([]),
  /** [image, reader, class]. */
  readings: z.array(z.tuple([z.number(), z.number(), optionalId])).default([]),
  /** [image, decision on its readers' disagreement]. */
  settlements: z.array(z.tuple([z.number(), decision])).default([]),
  /** [image, patient, study, site, sex, age]. */
  facts: z
    .array(z.tuple([z.number(), optionalId, optionalId, optionalId, z.string().nullable(), z.number().nullable()]))
    .default([]),
  /** Keys of added patient aliases. */
  aliases: z.array(z.string()).default([]),
});
export type StoredChanges = z.infer<typeof storedChanges>;

export const noChanges = (): StoredChanges => ({ labels: [], readings: [], settlements: [], facts: [], aliases: [] });

/** Restores the state before an action and returns the number of images, pairs or findings concerned. */
type Undo = (store: ProjectStore, before: unknown) => number;

const undo =
  <T>(schema: z.ZodType<T>, restore: (store: ProjectStore, before: T) => number): Undo =>
  (store, before) =>
    restore(store, schema.parse(before));

const undoChanges = undo(storedChanges, restoreChanges);

/** Undo of each kind of action. */
const undoOf: Readonly<Record<ActionKind, Undo>> = {
  label: undo(labels, restoreLabels),
  remove: undo(removed, (store, images) => setRemoved(store, images, false)),
  judge: undo(verdicts, restoreVerdicts),
  review: undo(reviewBefore, (store, before) => {
    restoreLabels(store, before.labels);
    if (before.removed.length > 0) setRemoved(store, before.removed, false);
    restoreVerdicts(store, before.verdicts);
    for (const { image, reason, said } of before.reviews) restoreReview(store, image, reason, said);
    return before.reviews.length;
  }),
  move: undo(movedBefore, (store, { split, parts }) => {
    if (currentSplit(store)?.id !== split) return 0;
    for (const [image, part] of parts) setMember(store, split, image, part);
    return parts.length;
  }),
  table: undoChanges,
  read: undoChanges,
  settle: undoChanges,
};

/** Undoes an action inside a transaction. Returns the number of images, pairs or findings concerned. */
export const undoAction = (store: ProjectStore, { kind, before }: StoredAction): number => undoOf[kind](store, before);

/** Skips labels whose class no longer exists. */
function restoreLabels(store: ProjectStore, before: z.infer<typeof labels>): number {
  const classes = new Set(classesByName(store).map((one) => one.id));
  return before.filter(
    ([image, label]) => (label === null || classes.has(label)) && setLabel(store, image, label, 'undo'),
  ).length;
}

function restoreVerdicts(store: ProjectStore, before: z.infer<typeof verdicts>): number {
  for (const [first, second, verdict] of before) restoreVerdict(store, first, second, verdict);
  return before.length;
}

function restoreChanges(store: ProjectStore, before: StoredChanges): number {
  const classes = new Set(classesByName(store).map((one) => one.id));
  const adjudicated = new Set(before.settlements.map(([image]) => image));
  const images = new Set<number>();
  const at = new Date().toISOString();
  for (const [image, label] of before.labels) {
    if (label !== null && !classes.has(label)) continue;
    images.add(image);
    // An adjudication that confirmed a label has an entry in the history, so its undo gets one too.
    if (adjudicated.has(image)) recordLabel(store, image, label, 'undo', at);
    else setLabel(store, image, label, 'undo', at);
  }
  for (const [image, reader, classId] of before.readings) {
    images.add(image);
    setReading(store, { image, reader, classId }, 'undo', at);
  }
  for (const [image, settlement] of before.settlements) {
    images.add(image);
    restoreReview(store, image, 'readers-disagree', settlement);
  }
  for (const [id, patient, study, site, sex, age] of before.facts) {
    images.add(id);
    setFacts(store, { id, patient, study, site, sex, age });
  }
  for (const key of before.aliases) removePatientAlias(store, key);
  return images.size;
}
