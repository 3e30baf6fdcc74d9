import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { CircleCheck, Clock } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ReviewItem } from '#shared/models/review';
import { resourceUrl } from '../../bridge/bridge';
import { isDialogOpen, isTyping } from '../../state/shortcuts';
import { itemKey, reasonNames } from './review-queue';
import classes from './review-view.module.css';

const ROW = 54;

export interface ReviewListProps {
  readonly project: string;
  readonly items: readonly ReviewItem[];
  readonly current: number;
  readonly onCurrent: (index: number) => void;
  /** The list itself, which takes the keys. */
  readonly list: RefObject<HTMLDivElement | null>;
  /** Stands under the list. */
  readonly footer: ReactNode;
}

/** The queue; only the rows in view exist. */
export function ReviewList({ project, items, current, onCurrent, list: scroller, footer }: ReviewListProps) {
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 5,
  });
  useEffect(() => {
    if (current >= 0) virtualizer.scrollToIndex(current, { align: 'auto' });
  }, [current, virtualizer]);
  // The keys are the queue's from the start: a tab that was clicked would keep the arrows for itself.
  useEffect(() => {
    if (!isTyping(document.activeElement) && !isDialogOpen()) scroller.current?.focus({ preventScroll: true });
  }, [scroller]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    onCurrent(event.key === 'Home' ? 0 : items.length - 1);
  };
  const active = items[current];
  return (
    <div className={classes['side']}>
      <div
        ref={scroller}
        className={classes['list']}
        role="listbox"
        aria-label="Review queue"
        aria-activedescendant={active === undefined ? undefined : rowId(active)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            return (
              // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list has the focus
              <div
                key={itemKey(item)}
                id={rowId(item)}
                className={classes['item']}
                role="option"
                aria-selected={index === current}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
                onClick={() => onCurrent(index)}
              >
                <img src={resourceUrl(resourcePaths.thumbnail(project, item.image))} alt="" loading="lazy" />
                <div style={{ minWidth: 0, flex: 1 }}>
                  <Text size="sm" truncate title={item.path}>
                    {item.path.split('/').at(-1)}
                  </Text>
                  <Text size="xs" c="dimmed" truncate>
                    {reasonNames[item.reason]}
                  </Text>
                </div>
                {item.state === 'deferred' && <Clock size={14} role="img" aria-label="Deferred" />}
                {item.state === 'accepted' && <CircleCheck size={14} role="img" aria-label="Accepted" />}
              </div>
            );
          })}
        </div>
      </div>
      {footer}
    </div>
  );
}

const rowId = (item: ReviewItem): string => `review-${item.image}-${item.reason}`;
