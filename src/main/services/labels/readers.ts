import type { Disagreement, ReadersSummary, ReaderTable } from '#shared/models/readers';
import type { KappaWeights } from '#shared/statistics/agreement';
import { formatQuantity } from '#shared/text/number';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { classNumber, currentLabels, type LabelSource, recordLabel, setLabel } from '../../store/labels';
import { readerNumber, readingsEvidence, readingsOf, setReading, unanimousClass } from '../../store/readings';
import { reviewsOf, storeReview } from '../../store/reviews';
import type { OpenProject } from '../project/projects';
import { imagesOfCell, listDisagreements, readerTable, summarize } from './reader-agreement';
import { disagrees, type ImageReadings, imageReadings, majorityClass, openDisagreements } from './reading-groups';
import { noChanges } from './undo';

/** Agreement of several readers on the same images, and adjudication of their disagreements. */
export interface Readers {
  summary(project: OpenProject, weights: KappaWeights): ReadersSummary;
  /** Cross table of two readers' classes. Throws `reader_unknown`. */
  table(project: OpenProject, first: number, second: number): ReaderTable;
  /** Images in one cell of that table, given by class names. Throws `reader_unknown`. */
  cell(
    project: OpenProject,
    pair: { readonly first: number; readonly second: number },
    labels: readonly [string, string],
  ): number[];
  /** Disagreements without a majority first, then the others; each in the order of the files. */
  disagreements(project: OpenProject): Disagreement[];
  /**
   * Stores a reader's class for images; null withdraws it. If all readings of an image then agree, they set its label;
   * otherwise the label stays. One undoable action.
   */
  read(
    project: OpenProject,
    images: readonly number[],
    label: string | null,
    reader: string,
  ): { readonly changed: number };
  /** Decides the label of images on which readers disagree. One undoable action. */
  adjudicate(project: OpenProject, images: readonly number[], label: string): { readonly changed: number };
  /** Decides every open disagreement that has a majority in its favour. One undoable action. */
  takeMajority(project: OpenProject): { readonly changed: number };
}

export function createReaders(): Readers {
  return {
    summary: (project, weights) => summarize(project, weights),
    table: readerTable,
    cell: imagesOfCell,
    disagreements: listDisagreements,
    read(project, images, label, name) {
      const { store } = project;
      const changed = store.transaction(() => {
        const reader = readerNumber(store, name.trim());
        const classId = label === null ? null : classNumber(store, label.trim());
        const before = noChanges();
        const at = new Date().toISOString();
        for (const { id, label_id } of currentLabels(store, images)) {
          const previous = setReading(store, { image: id, reader, classId }, 'user', at);
          if (previous === undefined) continue;
          before.readings.push([id, reader, previous]);
          const present = readingsOf(store, id);
          const agreed = unanimousClass(present);
          if (agreed === null && present.length > 0) continue;
          if (setLabel(store, id, agreed, 'reading', at)) before.labels.push([id, label_id]);
        }
        const n = before.readings.length;
        if (n === 0) return 0;
        const what = label === null ? 'withdrawal of the reading' : `reading “${label}”`;
        pushAction(store, { kind: 'read', description: `${what} of ${formatQuantity(n, 'image')}`, before });
        appendAudit(store, 'readers.read', { images: n, reader, label });
        return n;
      });
      return { changed };
    },
    adjudicate(project, images, label) {
      const name = label.trim();
      const { store } = project;
      const changed = store.transaction(() => {
        const requested = new Set(images);
        const groups = imageReadings(store).filter((group) => requested.has(group.image) && disagrees(group));
        const classId = classNumber(store, name);
        const n = storeDecisions(
          project,
          groups.map((group) => ({ group, classId })),
          'adjudication',
          `decision “${name}” on ${formatQuantity(groups.length, 'image')}`,
        );
        if (n > 0) appendAudit(store, 'readers.adjudicate', { images: n, label: name });
        return n;
      });
      return { changed };
    },
    takeMajority(project) {
      const { store } = project;
      const changed = store.transaction(() => {
        const decided = openDisagreements(store).flatMap((group) => {
          const classId = majorityClass(group);
          return classId === null ? [] : [{ group, classId }];
        });
        const n = storeDecisions(
          project,
          decided,
          'majority',
          `majority decision on ${formatQuantity(decided.length, 'image')}`,
        );
        if (n > 0) appendAudit(store, 'readers.majority', { images: n });
        return n;
      });
      return { changed };
    },
  };
}

/** Stores decisions and their undo data. Call inside a transaction. */
function storeDecisions(
  { store }: OpenProject,
  decided: readonly { readonly group: ImageReadings; readonly classId: number }[],
  source: LabelSource,
  description: string,
): number {
  if (decided.length === 0) return 0;
  const at = new Date().toISOString();
  const earlier = reviewsOf(store, 'readers-disagree');
  const labels = new Map(
    currentLabels(
      store,
      decided.map(({ group }) => group.image),
    ).map((one) => [one.id, one.label_id]),
  );
  const before = noChanges();
  for (const { group, classId } of decided) {
    const review = earlier.get(group.image);
    before.labels.push([group.image, labels.get(group.image) ?? null]);
    before.settlements.push([
      group.image,
      review === undefined ? null : { verdict: review.verdict, evidence: review.evidence, at: review.at },
    ]);
    recordLabel(store, group.image, classId, source, at);
    const evidence = readingsEvidence(group.readings);
    storeReview(store, { image: group.image, reason: 'readers-disagree', verdict: 'accepted', evidence, at });
  }
  pushAction(store, { kind: 'settle', description, before });
  return decided.length;
}
