import { VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Check, Flag } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useRef } from 'react';
import { resourcePaths } from '#shared/ipc/resources';
import type { ImageSummary } from '#shared/models/dataset';
import { resourceUrl } from '../../../bridge/bridge';
import { ClassDot } from '../../../components/class-chip';
import { splitMarks, splitTitles } from '../../../theme/class-colours';
import classes from './image-grid.module.css';
import { extendTo, move, type Selection, selectAll, selectOnly, toggle } from './selection';
import { useImagePages } from './use-image-pages';

const GAP = 6;
const CAPTION = 22;

export interface ImageGridProps {
  readonly project: string;
  readonly ids: readonly number[];
  /** Position of each class in the class list, which determines its colour. */
  readonly classIndex: ReadonlyMap<string, number>;
  /** Preferred thumbnail width in pixels; adjusted so that rows are filled. */
  readonly tileWidth: number;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  /** Double click or Enter. */
  readonly onOpen: (id: number) => void;
}

/**
 * Thumbnails of all images that match the filter. Only visible rows are rendered, so scrolling stays smooth at 100,000
 * images.
 */
export function ImageGrid(props: ImageGridProps) {
  const { project, ids, classIndex, tileWidth, selection, onSelect, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: content, width } = useElementSize<HTMLDivElement>();
  const columns = Math.max(1, Math.floor((width + GAP) / (tileWidth + GAP)));
  const tile = width === 0 ? tileWidth : Math.floor((width - GAP * (columns - 1)) / columns);
  const rowHeight = tile + CAPTION + GAP;
  const virtualizer = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(ids.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 3,
    paddingStart: 12,
    paddingEnd: 72,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes belong to the old row height
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);
  const rows = virtualizer.getVirtualItems();
  const first = (rows[0]?.index ?? 0) * columns;
  const last = Math.min(ids.length - 1, ((rows.at(-1)?.index ?? 0) + 1) * columns - 1);
  const images = useImagePages(project, ids, first, last);

  const latest = useRef({ ids, selection, onSelect, onOpen });
  latest.current = { ids, selection, onSelect, onOpen };
  const pick = useRef((id: number, event: MouseEvent) => {
    const now = latest.current;
    if (event.shiftKey) now.onSelect(extendTo(now.selection, now.ids, id));
    else if (event.ctrlKey || event.metaKey) now.onSelect(toggle(now.selection, id));
    else now.onSelect(selectOnly(id));
  }).current;
  const open = useRef((id: number) => latest.current.onOpen(id)).current;

  // The cursor also moves from outside (after labelling): keep it in view.
  const cursorAt = selection.cursor === null ? -1 : ids.indexOf(selection.cursor);
  useEffect(() => {
    if (cursorAt >= 0 && columns > 0) virtualizer.scrollToIndex(Math.floor(cursorAt / columns), { align: 'auto' });
  }, [cursorAt, columns, virtualizer]);

  const onKeyDown = (event: KeyboardEvent) => {
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight));
    const steps: Partial<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      PageDown: columns * pageRows,
      PageUp: -columns * pageRows,
      Home: -ids.length,
      End: ids.length,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      onSelect(move(selection, ids, step, event.shiftKey));
    } else if (event.key === ' ' && selection.cursor !== null) {
      event.preventDefault();
      onSelect(toggle(selection, selection.cursor));
    } else if (event.key === 'Enter' && selection.cursor !== null) {
      onOpen(selection.cursor);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSelect(selectAll(selection, ids));
    }
  };

  return (
    <div
      ref={scroller}
      className={classes['scroller']}
      data-cursor={cursorAt >= 0 || undefined}
      role="listbox"
      aria-label="Images"
      aria-multiselectable="true"
      aria-activedescendant={cursorAt >= 0 ? `image-${selection.cursor}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div ref={content} style={{ height: virtualizer.getTotalSize(), position: 'relative' }} role="presentation">
        {rows.map((row) => (
          <div
            key={row.key}
            role="presentation"
            className={classes['row']}
            style={{
              transform: `translateY(${row.start}px)`,
              gridTemplateColumns: `repeat(${columns}, ${tile}px)`,
              gap: GAP,
            }}
          >
            {ids.slice(row.index * columns, (row.index + 1) * columns).map((id, column) => {
              const image = images.get(id);
              return (
                <Tile
                  key={id}
                  id={id}
                  place={row.index * columns + column + 1}
                  count={ids.length}
                  size={tile}
                  project={project}
                  image={image}
                  colour={image?.label == null ? -1 : (classIndex.get(image.label) ?? -1)}
                  selected={selection.selected.has(id)}
                  cursor={selection.cursor === id}
                  onPick={pick}
                  onOpen={open}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface TileProps {
  readonly id: number;
  readonly place: number;
  readonly count: number;
  readonly size: number;
  readonly project: string;
  readonly image: ImageSummary | undefined;
  readonly colour: number;
  readonly selected: boolean;
  readonly cursor: boolean;
  readonly onPick: (id: number, event: MouseEvent) => void;
  readonly onOpen: (id: number) => void;
}

const Tile = memo(function Tile(props: TileProps) {
  const { id, place, count, size, project, image, colour, selected, cursor, onPick, onOpen } = props;
  const label = image?.label ?? 'unlabelled';
  const split = image?.split ?? null;
  return (
    // The surrounding listbox handles the keys: arrows, space and enter (WAI-ARIA listbox with aria-activedescendant).
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={`image-${id}`}
      role="option"
      aria-selected={selected}
      aria-setsize={count}
      aria-posinset={place}
      className={classes['tile']}
      data-selected={selected || undefined}
      data-cursor={cursor || undefined}
      title={image?.path}
      onClick={(event) => onPick(id, event)}
      onDoubleClick={() => onOpen(id)}
    >
      <div className={classes['picture']} style={{ height: size }}>
        {/* Not lazy: only the visible rows and three around them are rendered, and the browser would wait for a layout
           first. */}
        <img src={resourceUrl(resourcePaths.thumbnail(project, id))} alt="" decoding="async" draggable={false} />
        {selected && (
          <span className={classes['check']}>
            <Check size={12} strokeWidth={3} aria-hidden />
          </span>
        )}
        {(image?.flags.length ?? 0) > 0 && (
          <span className={classes['flag']} title={image?.flags.join(', ')}>
            <Flag size={11} aria-hidden />
          </span>
        )}
      </div>
      <div className={classes['caption']}>
        <ClassDot index={colour} size={8} />
        <span className={classes['label']} data-none={image?.label == null || undefined}>
          {image === undefined ? '' : label}
        </span>
        {split !== null && (
          <span className={classes['split']} title={splitTitles[split]} aria-hidden>
            {splitMarks[split]}
          </span>
        )}
        <VisuallyHidden>{image === undefined ? `Image ${id}` : furtherFacts(image)}</VisuallyHidden>
      </div>
    </div>
  );
});

/** Facts that the tile shows as icons or not at all; screen readers read the class before them. */
function furtherFacts(image: ImageSummary): string {
  return [
    image.split === null ? null : splitTitles[image.split],
    image.path,
    image.patient === null ? null : `patient ${image.patient}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}
