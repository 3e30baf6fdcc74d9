import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { Disagreement } from '#shared/models/readers';
import { resourceUrl } from '../../bridge/bridge';
import classes from './duplicates-view.module.css';

const ROW = 52;

export interface AdjudicationListProps {
  readonly project: string;
  readonly images: readonly Disagreement[];
  readonly current: number;
  readonly onCurrent: (index: number) => void;
}

/** All images that wait to be settled; only the rows in view exist. */
export function AdjudicationList({ project, images, current, onCurrent }: AdjudicationListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: images.length,
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
    onCurrent(event.key === 'Home' ? 0 : images.length - 1);
  };
  return (
    <div
      ref={scroller}
      className={classes['list']}
      role="listbox"
      aria-label="Images to adjudicate"
      aria-activedescendant={current >= 0 ? `adjudicate-${images[current]?.image}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const one = images[index];
          if (one === undefined) return null;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list has the focus
            <div
              key={one.image}
              id={`adjudicate-${one.image}`}
              className={classes['item']}
              role="option"
              aria-selected={index === current}
              style={{ height: ROW, transform: `translateY(${start}px)` }}
              onClick={() => onCurrent(index)}
            >
              <img src={resourceUrl(resourcePaths.thumbnail(project, one.image))} alt="" loading="lazy" />
              <div style={{ minWidth: 0 }}>
                <Text size="sm" truncate>
                  {one.path.split('/').at(-1)}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {countsText(one)}
                </Text>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** "2 benign, 1 malignant", most first. */
function countsText({ readings }: Disagreement): string {
  const counts = new Map<string, number>();
  for (const { label } of readings) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([label, count]) => `${count} ${label}`)
    .join(', ');
}
