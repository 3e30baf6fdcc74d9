import { Button } from '@mantine/core';
import { PanelRight, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { DatasetSummary } from '#shared/models/dataset';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { ClassPanel } from './browse/class-panel';
import { FilterBar } from './browse/filter-bar';
import { ImageGrid } from './browse/image-grid';
import { emptySelection } from './browse/selection';
import classes from './data-screen.module.css';
import type { DatasetView } from './dataset-view';
import { BulkBar } from './parts/bulk-bar';
import { useDataShortcuts } from './parts/use-data-shortcuts';
import type { Labelling } from './parts/use-labelling';
import { useBrowsing } from './use-browsing';
import { Inspector } from './viewer/inspector';

export interface ImagesViewProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: Labelling;
  readonly onEditSplit: () => void;
  readonly onView: (view: DatasetView) => void;
}

/** The image grid with its filters and the inspector, and keys that label the selection. */
export function ImagesView({ project, summary, labelling, onEditSplit, onView }: ImagesViewProps) {
  const browsing = useBrowsing(project, labelling);
  const { filter, setFilter, list, ids, selection, setSelection, label, remove } = browsing;
  const [tileWidth, setTileWidth] = useState(128);
  const [inspecting, setInspecting] = useState(true);
  const [large, setLarge] = useState(false);
  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);
  const classIndex = useMemo(() => new Map(classNames.map((label, index) => [label, index])), [classNames]);

  useDataShortcuts({
    onDigit: (digit) => {
      if (digit === 0) void label(null);
      else if (classNames[digit - 1] !== undefined) void label(classNames[digit - 1] ?? null);
    },
    onUndo: labelling.undo,
    onRemove: remove,
    onEscape: () => {
      // While it loads, the large view is not a dialog yet and does not handle the key itself.
      setLarge(false);
      setSelection((before) => ({ ...emptySelection, cursor: before.cursor }));
    },
  });

  return (
    <div className={classes['browser']}>
      <ClassPanel
        summary={summary}
        filter={filter}
        onFilter={setFilter}
        onEditSplit={onEditSplit}
        onDuplicates={(filter) => onView({ kind: 'duplicates', filter })}
      />
      <div className={classes['centre']}>
        <FilterBar
          project={project}
          filter={filter}
          onFilter={setFilter}
          idsTitle={browsing.idsTitle}
          sort={browsing.sort}
          onSort={browsing.setSort}
          tileWidth={tileWidth}
          onTileWidth={setTileWidth}
          shown={list.data?.ids.length}
          total={summary.images}
          end={
            inspecting ? null : (
              <Button variant="default" leftSection={<PanelRight size={14} />} onClick={() => setInspecting(true)}>
                Inspector
              </Button>
            )
          }
        />
        {list.isError && (
          <div className={classes['message']}>
            <ErrorAlert error={list.error} onRetry={() => list.refetch()} />
          </div>
        )}
        {list.data !== undefined && ids.length === 0 && <NothingShown onClear={() => setFilter({})} />}
        {ids.length > 0 && (
          <ImageGrid
            project={project}
            ids={ids}
            classIndex={classIndex}
            tileWidth={tileWidth}
            selection={selection}
            onSelect={setSelection}
            onOpen={() => {
              setInspecting(true);
              setLarge(true);
            }}
          />
        )}
        {selection.selected.size > 0 && (
          <BulkBar
            count={selection.selected.size}
            classNames={classNames}
            onLabel={label}
            onMove={(split) => void labelling.move([...selection.selected], split)}
            onRemove={remove}
            onClear={() => setSelection(emptySelection)}
          />
        )}
      </div>
      {inspecting && (
        <Inspector
          project={project}
          image={selection.cursor}
          classIndex={classIndex}
          large={large && selection.cursor !== null}
          onLarge={setLarge}
          onClose={() => setInspecting(false)}
          onShowPatient={(patient) => setFilter({ patient })}
        />
      )}
    </div>
  );
}

function NothingShown({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No images match this filter"
      actions={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    />
  );
}
