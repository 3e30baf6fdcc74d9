import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import { resourceUrl } from '../../../bridge/bridge';
import classes from './image-list.module.css';

const ROW = 54;

/** A row of an `ImageList`. */
export interface ImageRow {
  readonly key: string | number;
  /** The image whose thumbnail precedes the text. */
  readonly image: number;
  readonly title: string;
  /** Tooltip of a truncated title. */
  readonly hint?: string;
  readonly note: string;
  readonly warning?: boolean;
  /** Shown at the end of the row. */
  readonly mark?: ReactNode;
}

export interface ImageListProps {
  readonly project: string;
  readonly label: string;
  readonly rows: readonly ImageRow[];
  readonly current: number;
  readonly onCurrent: (index: number) => void;
  /** The listbox, for callers that focus it. */
  readonly list?: RefObject<HTMLDivElement | null>;
}

/** Items to work through, each with a thumbnail; only visible rows are rendered. */
export function ImageList({ project, label, rows, current, onCurrent, list }: ImageListProps) {
  const own = useRef<HTMLDivElement>(null);
  const scroller = list ?? own;
  const id = useId();
  const rowId = ({ key }: ImageRow) => `${id}-${String(key).replaceAll(' ', '-')}`;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 5,
  });
  useEffect(() => {
    if (current >= 0) virtualizer.scrollToIndex(current, { align: 'auto' });
  }, [current, virtualizer]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    onCurrent(event.key === 'Home' ? 0 : rows.length - 1);
  };
  const active = rows[current];
  return (
    <div
      ref={scroller}
      className={classes['list']}
      role="listbox"
      aria-label={label}
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list has the focus
            <div
              key={row.key}
              id={rowId(row)}
              className={classes['item']}
              role="option"
              aria-selected={index === current}
              style={{ height: ROW, transform: `translateY(${start}px)` }}
              onClick={() => onCurrent(index)}
            >
              <img src={resourceUrl(resourcePaths.thumbnail(project, row.image))} alt="" loading="lazy" />
              <div style={{ minWidth: 0, flex: 1 }}>
                <Text size="sm" truncate title={row.hint}>
                  {row.title}
                </Text>
                <Text size="xs" c={row.warning === true ? 'var(--fovea-warning-text)' : 'dimmed'} truncate>
                  {row.note}
                </Text>
              </div>
              {row.mark}
            </div>
          );
        })}
      </div>
    </div>
  );
}
