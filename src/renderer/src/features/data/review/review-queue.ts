import { type ReviewCounts, type ReviewItem, type ReviewReason, reviewReasons } from '#shared/models/review';
import type { TableData } from '../../../components/table-text';

export const reasonNames: Record<ReviewReason, string> = {
  'label-conflict': 'Duplicate with another label',
  'possible-duplicate': 'Possible duplicate',
  'repeated-instance': 'Repeated SOP Instance UID',
  'readers-disagree': 'Readers disagree',
  'suspected-mislabel': 'Suspected mislabel',
  'burned-in-text': 'Burned-in text',
  'odd-picture': 'Unusual image',
  'other-modality': 'Different modality',
  'who-is-who': 'Patient mismatch',
};

/** An image may be in the queue for several reasons, each as an item of its own. */
export const itemKey = ({ image, reason }: Pick<ReviewItem, 'image' | 'reason'>): string => `${image} ${reason}`;

export interface ReviewProgress {
  /** Resolved or deferred. */
  readonly reviewed: number;
  readonly deferred: number;
  /** Open or deferred. */
  readonly waiting: number;
  readonly total: number;
}

/** Progress for one reason, or for all if `reason` is null. */
export function reviewProgress(counts: ReviewCounts, reason: ReviewReason | null): ReviewProgress {
  const reasons: readonly ReviewReason[] = reason === null ? reviewReasons : [reason];
  const sum = (of: keyof ReviewCounts[ReviewReason]) => reasons.reduce((total, one) => total + counts[one][of], 0);
  const [open, deferred, resolved] = [sum('open'), sum('deferred'), sum('settled')];
  return { reviewed: deferred + resolved, deferred, waiting: open + deferred, total: open + deferred + resolved };
}

export interface Position {
  readonly key: string;
  readonly at: number;
}

/**
 * Index of the item to show: the current item, else the one that took its place, else the last; -1 if there are none.
 */
export function shownItem(items: readonly ReviewItem[], position: Position | null): number {
  const at = items.findIndex((item) => itemKey(item) === position?.key);
  return at >= 0 ? at : Math.min(position?.at ?? 0, items.length - 1);
}

export function reviewTable(items: readonly ReviewItem[]): TableData {
  return {
    columns: ['Image', 'Path', 'Reason', 'Explanation', 'Label', 'Suggestion', 'Priority', 'State', 'Decided at'],
    rows: items.map(({ image, path, reason, why, label, suggestion, weight, state, at }) => [
      image,
      path,
      reason,
      why,
      label,
      suggestion,
      Math.round(weight * 1000) / 1000,
      state,
      at,
    ]),
  };
}
