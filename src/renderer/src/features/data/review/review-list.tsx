import { CircleCheck, Clock } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useMemo } from 'react';
import type { ReviewItem } from '#shared/models/review';
import { isDialogOpen, isTyping } from '../../../state/shortcuts';
import { ImageList, type ImageRow } from '../parts/image-list';
import { itemKey, reasonNames } from './review-queue';
import classes from './review-view.module.css';

export interface ReviewListProps {
  readonly project: string;
  readonly items: readonly ReviewItem[];
  readonly current: number;
  readonly onCurrent: (index: number) => void;
  /** The listbox, which handles the keys. */
  readonly list: RefObject<HTMLDivElement | null>;
  /** Shown below the list. */
  readonly footer: ReactNode;
}

/** The list of the review queue. */
export function ReviewList({ project, items, current, onCurrent, list, footer }: ReviewListProps) {
  // Focuses the list at once: a clicked tab would otherwise handle the arrow keys.
  useEffect(() => {
    if (!isTyping(document.activeElement) && !isDialogOpen()) list.current?.focus({ preventScroll: true });
  }, [list]);
  const rows = useMemo(() => items.map(reviewRow), [items]);
  return (
    <div className={classes['side']}>
      <ImageList
        project={project}
        label="Review queue"
        rows={rows}
        current={current}
        onCurrent={onCurrent}
        list={list}
      />
      {footer}
    </div>
  );
}

const marks: Readonly<Record<ReviewItem['state'], ReactNode>> = {
  open: null,
  deferred: <Clock size={14} role="img" aria-label="Deferred" />,
  accepted: <CircleCheck size={14} role="img" aria-label="Accepted" />,
};

const reviewRow = (item: ReviewItem): ImageRow => ({
  key: itemKey(item),
  image: item.image,
  title: item.path.split('/').at(-1) ?? item.path,
  hint: item.path,
  note: reasonNames[item.reason],
  mark: marks[item.state],
});
