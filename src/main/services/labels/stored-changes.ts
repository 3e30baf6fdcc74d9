import { z } from 'zod';
import { removePatientAlias } from '../../store/identity';
import { classesByName, setLabel, settleLabel } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { setReading } from '../../store/readings';
import { restoreReview } from '../../store/reviews';
import { setFacts } from '../../store/table-facts';
import { saidBeforeSchema } from './review-action';

const optionalId = z.number().nullable();

/** The state before a table, a reading or a decision on readings, as an action keeps it. */
const storedChangesSchema = z.object({
  /** [image, class]. */
  labels: z.array(z.tuple([z.number(), optionalId])).default([]),
  /** [image, reader, class]. */
  readings: z.array(z.tuple([z.number(), z.number(), optionalId])).default([]),
  /** [image, what was said of its disagreement]. */
  settlements: z.array(z.tuple([z.number(), saidBeforeSchema])).default([]),
  /** [image, patient, study, site, sex, age]. */
  facts: z
    .array(z.tuple([z.number(), optionalId, optionalId, optionalId, z.string().nullable(), z.number().nullable()]))
    .default([]),
  /** Keys of patients' other names that were added. */
  aliases: z.array(z.string()).default([]),
});
export type StoredChanges = z.infer<typeof storedChangesSchema>;

export const noChanges = (): StoredChanges => ({ labels: [], readings: [], settlements: [], facts: [], aliases: [] });

/** Puts back what an action changed, and says of how many images. Inside a transaction. */
export function restoreChanges(store: ProjectStore, before: unknown): number {
  const { labels, readings, settlements, facts, aliases } = storedChangesSchema.parse(before);
  const classes = new Set(classesByName(store).map((one) => one.id));
  const settled = new Set(settlements.map(([image]) => image));
  const images = new Set<number>();
  const at = new Date().toISOString();
  for (const [image, label] of labels) {
    if (label !== null && !classes.has(label)) continue;
    images.add(image);
    // A decision that confirmed a label has a line in the history, so its end has one too.
    if (settled.has(image)) settleLabel(store, image, label, 'undo', at);
    else setLabel(store, image, label, 'undo', at);
  }
  for (const [image, reader, classId] of readings) {
    images.add(image);
    setReading(store, { image, reader, classId }, 'undo', at);
  }
  for (const [image, settlement] of settlements) {
    images.add(image);
    restoreReview(store, image, 'readers-disagree', settlement);
  }
  for (const [id, patient, study, site, sex, age] of facts) {
    images.add(id);
    setFacts(store, { id, patient, study, site, sex, age });
  }
  for (const key of aliases) removePatientAlias(store, key);
  return images.size;
}
