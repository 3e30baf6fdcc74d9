import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { DuplicateGroup } from '#shared/models/duplicates';
import { resourceUrl } from '../../bridge/bridge';
import { formatQuantity } from '../../components/format';
import classes from './duplicates-view.module.css';

const ROW = 52;

export interface DuplicatesListProps {
  readonly project: string;
  readonly groups: readonly DuplicateGroup[];
  readonly current: number;
  readonly onCurrent: (index: number) => void;
}

/** All groups that the filter shows; only the rows in view exist. */
export function DuplicatesList({ project, groups, current, onCurrent }: DuplicatesListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: groups.length,
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
    onCurrent(event.key === 'Home' ? 0 : groups.length - 1);
  };
  return (
    <div
      ref={scroller}
      className={classes['list']}
      role="listbox"
      aria-label="Groups of duplicates"
      aria-activedescendant={current >= 0 ? `duplicates-${groups[current]?.id}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const group = groups[index];
          if (group === undefined) return null;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list has the focus
            <div
              key={group.id}
              id={`duplicates-${group.id}`}
              className={classes['item']}
              role="option"
              aria-selected={index === current}
              style={{ height: ROW, transform: `translateY(${start}px)` }}
              onClick={() => onCurrent(index)}
            >
              <img src={resourceUrl(resourcePaths.thumbnail(project, group.id))} alt="" loading="lazy" />
              <div style={{ minWidth: 0 }}>
                <Text size="sm" truncate>
                  {formatQuantity(group.images.length, 'image')} · {similarityText(group)}
                </Text>
                <Text size="xs" c={group.conflict || group.leak ? 'var(--fovea-warning-text)' : 'dimmed'} truncate>
                  {notes(group)}
                </Text>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

export function similarityText({ kind, similarity }: DuplicateGroup): string {
  return kind === 'exact' ? 'identical' : `${Math.min(99.9, Math.floor(similarity * 1000) / 10).toFixed(1)} %`;
}

function notes(group: DuplicateGroup): string {
  const list = [
    ...(group.conflict ? ['Labels differ'] : []),
    ...(group.leak ? ['in several parts'] : []),
    ...(group.byFeatures ? ['found by a backbone'] : []),
    ...(group.common ? ['most of a class'] : []),
    ...(group.kept ? ['kept'] : []),
  ];
  const text = list.join(', ');
  return text === '' ? 'Same label' : text.charAt(0).toUpperCase() + text.slice(1);
}
