import { Button, Center, Group, Loader, Menu, Tooltip } from '@mantine/core';
import {
  ChevronDown,
  FilePlus,
  FileSpreadsheet,
  FolderPlus,
  History,
  Images,
  PanelRight,
  SearchX,
  ShieldCheck,
  Undo2,
} from 'lucide-react';
import { Activity, useCallback, useEffect, useMemo, useState } from 'react';
import type { DatasetSummary, ImageFilter } from '#shared/models/dataset';
import { patientsText } from '#shared/models/patient-count';
import type { ProjectSummary } from '#shared/models/project';
import { formatQuantity } from '#shared/text/number';
import { Changes, useReadOnly } from '../../components/changes';
import { EmptyState } from '../../components/empty-state';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageBody, PageHeader } from '../../components/page';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import { ClassPanel } from './browse/class-panel';
import { FilterBar } from './browse/filter-bar';
import { type ImageSort, normaliseFilter } from './browse/filters';
import { ImageGrid } from './browse/image-grid';
import { emptySelection, keepShown, neighbour, type Selection, selectOnly } from './browse/selection';
import { ConfoundersView } from './confounders/confounders-view';
import classes from './data-screen.module.css';
import { DataTabs } from './data-tabs';
import { type DatasetView, imagesView, openView } from './dataset-view';
import { DeidentifiedDialog } from './deidentify/deidentified-dialog';
import { DuplicatesView } from './duplicates/duplicates-view';
import { ImportDialog } from './import/import-dialog';
import { type ImportFlow, useImportFlow } from './import/import-flow';
import { TableDialog } from './label-table/table-dialog';
import { type TableFlow, useTableFlow } from './label-table/use-table-flow';
import { BulkBar } from './parts/bulk-bar';
import { useDataShortcuts } from './parts/use-data-shortcuts';
import { useLabelling } from './parts/use-labelling';
import { ReadersView } from './readers/readers-view';
import { ReportView } from './report/report-view';
import { ReviewView } from './review/review-view';
import { SplitDialog } from './split/split-dialog';
import { Inspector } from './viewer/inspector';

export function DataScreen({ project }: { readonly project: ProjectSummary }) {
  const summary = useRequest('dataset.summary', { project: project.id });
  const flow = useImportFlow(project.id);
  const labelling = useLabelling(project.id);
  const tableFlow = useTableFlow(project.id, labelling);
  const [splitOpen, setSplitOpen] = useState(false);
  const [deidentifying, setDeidentifying] = useState(false);
  const [view, setView] = useState<DatasetView>(imagesView);
  const asked = useSession((state) => state.imageRequest);
  useEffect(() => {
    if (asked !== null) setView(imagesView);
  }, [asked]);
  const data = summary.data;
  return (
    <Page>
      <PageHeader
        title="Data"
        description={
          data === undefined
            ? project.name
            : `${project.name} · ${formatQuantity(data.images, 'image')}${data.images === 0 ? '' : ` · ${patientsText(data)}`}`
        }
        actions={
          <>
            {data !== undefined && data.images > 0 && <DataTabs summary={data} view={view} onView={setView} />}
            {data?.canUndo === true && (
              <Changes>
                <Tooltip label="Undo (Ctrl+Z)">
                  <Button variant="subtle" color="gray" leftSection={<Undo2 size={15} />} onClick={labelling.undo}>
                    Undo
                  </Button>
                </Tooltip>
              </Changes>
            )}
            <AddMenu flow={flow} tableFlow={tableFlow} summary={data} onDeidentify={() => setDeidentifying(true)} />
          </>
        }
      />
      {summary.isError && (
        <PageBody>
          <ErrorAlert error={summary.error} onRetry={() => summary.refetch()} />
        </PageBody>
      )}
      {summary.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Loading the dataset" />
        </Center>
      )}
      {data !== undefined && data.images === 0 && <NoImages flow={flow} />}
      {data !== undefined && data.images > 0 && (
        <>
          <Activity mode={view.kind === 'images' ? 'visible' : 'hidden'}>
            <Browser
              project={project.id}
              summary={data}
              labelling={labelling}
              onEditSplit={() => setSplitOpen(true)}
              onView={setView}
            />
          </Activity>
          {view.kind === 'confounders' && <ConfoundersView project={project.id} />}
          {view.kind === 'duplicates' && (
            <DuplicatesView
              project={project.id}
              summary={data}
              labelling={labelling}
              filter={view.filter}
              onFilter={(filter) => setView({ ...view, filter })}
              onClose={() => setView(imagesView)}
            />
          )}
          {view.kind === 'report' && (
            <ReportView
              project={project.id}
              onEditSplit={() => setSplitOpen(true)}
              onDuplicates={() => setView(openView('duplicates'))}
            />
          )}
          {view.kind === 'readers' && (
            <ReadersView project={project.id} labelling={labelling} onClose={() => setView(imagesView)} />
          )}
          {view.kind === 'review' && (
            <ReviewView
              project={project.id}
              summary={data}
              labelling={labelling}
              reason={view.reason}
              settled={view.settled}
              onChange={(change) => setView({ ...view, ...change })}
              onClose={() => setView(imagesView)}
            />
          )}
        </>
      )}
      {data !== undefined && (
        <SplitDialog opened={splitOpen} onClose={() => setSplitOpen(false)} project={project.id} summary={data} />
      )}
      {data !== undefined && (
        <DeidentifiedDialog
          opened={deidentifying}
          onClose={() => setDeidentifying(false)}
          project={project.id}
          summary={data}
        />
      )}
      <ImportDialog project={project.id} flow={flow} />
      <TableDialog project={project.id} flow={tableFlow} />
    </Page>
  );
}

interface AddMenuProps {
  readonly flow: ImportFlow;
  readonly tableFlow: TableFlow;
  readonly summary: DatasetSummary | undefined;
  readonly onDeidentify: () => void;
}

function AddMenu({ flow, tableFlow, summary, onDeidentify }: AddMenuProps) {
  const last = summary?.lastImport ?? null;
  const readOnly = useReadOnly();
  return (
    <Group gap={1} wrap="nowrap">
      <Changes>
        <Button
          leftSection={<FolderPlus size={15} />}
          onClick={flow.addFolder}
          style={{ borderTopRightRadius: 0, borderBottomRightRadius: 0 }}
        >
          Add folder
        </Button>
      </Changes>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button px={6} aria-label="More ways to add" style={{ borderTopLeftRadius: 0, borderBottomLeftRadius: 0 }}>
            <ChevronDown size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FolderPlus size={14} />} disabled={readOnly} onClick={flow.addFolder}>
            Add folder…
          </Menu.Item>
          <Menu.Item leftSection={<FilePlus size={14} />} disabled={readOnly} onClick={flow.addFiles}>
            Add files…
          </Menu.Item>
          {summary !== undefined && summary.images > 0 && (
            <Menu.Item leftSection={<FileSpreadsheet size={14} />} disabled={readOnly} onClick={tableFlow.choose}>
              Apply a label table…
            </Menu.Item>
          )}
          {last !== null && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<History size={14} />} onClick={() => flow.showLast(last)}>
                Last import result
              </Menu.Item>
            </>
          )}
          {summary !== undefined && summary.images > 0 && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<ShieldCheck size={14} />} disabled={readOnly} onClick={onDeidentify}>
                Export de-identified images…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function NoImages({ flow }: { readonly flow: ImportFlow }) {
  return (
    <div className={classes['empty']}>
      <EmptyState
        icon={Images}
        title="Drop a folder of images here"
        actions={
          <>
            <Changes>
              <Button leftSection={<FolderPlus size={15} />} onClick={flow.addFolder}>
                Choose a folder
              </Button>
            </Changes>
            <Changes>
              <Button variant="default" leftSection={<FilePlus size={15} />} onClick={flow.addFiles}>
                Choose files
              </Button>
            </Changes>
          </>
        }
      >
        DICOM, PNG and JPEG, in any mix. Class folders become labels; train, validation and test folders become splits.
        You check the result before anything is stored, and the files stay where they are.
      </EmptyState>
    </div>
  );
}

interface BrowserProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: ReturnType<typeof useLabelling>;
  readonly onEditSplit: () => void;
  readonly onView: (view: DatasetView) => void;
}

function Browser({ project, summary, labelling, onEditSplit, onView }: BrowserProps) {
  const [filter, setFilter] = useState<ImageFilter>({});
  const [idsTitle, setIdsTitle] = useState<string | null>(null);
  const [sort, setSort] = useState<ImageSort>('path');
  const [tileWidth, setTileWidth] = useState(128);
  const [selection, setSelection] = useState<Selection>(emptySelection);
  const [inspecting, setInspecting] = useState(true);
  const [large, setLarge] = useState(false);

  const request = useSession((state) => state.imageRequest);
  useEffect(() => {
    if (request === null) return;
    setFilter(request.filter);
    setIdsTitle(request.title);
    setSelection(emptySelection);
    useSession.getState().clearImageRequest();
  }, [request]);

  const asked = normaliseFilter(filter);
  const list = useRequest('dataset.ids', { project, filter: asked, sort }, { keepPrevious: true });
  const ids = useMemo(() => list.data?.ids ?? [], [list.data]);
  useEffect(() => setSelection((before) => keepShown(before, ids)), [ids]);

  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);
  const classIndex = useMemo(() => new Map(classNames.map((label, index) => [label, index])), [classNames]);

  const label = useCallback(
    async (name: string | null) => {
      const images = [...selection.selected];
      if (images.length === 0) return;
      const next = images.length === 1 && images[0] !== undefined ? neighbour(ids, images[0]) : null;
      // At once: the next key may come before the answer, and is for the next image.
      if (next !== null) setSelection(selectOnly(next));
      if (!(await labelling.label(images, name)) && next !== null) setSelection(selection);
    },
    [selection, ids, labelling],
  );
  const remove = useCallback(async () => {
    const images = [...selection.selected];
    if (images.length > 0 && (await labelling.remove(images))) setSelection(emptySelection);
  }, [selection, labelling]);

  useDataShortcuts({
    onDigit: (digit) => {
      if (digit === 0) void label(null);
      else if (classNames[digit - 1] !== undefined) void label(classNames[digit - 1] ?? null);
    },
    onUndo: labelling.undo,
    onRemove: remove,
    onEscape: () => {
      // The large view may still be loading, when it is no dialog yet that takes the key itself.
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
          idsTitle={idsTitle}
          sort={sort}
          onSort={setSort}
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
        {list.data !== undefined && ids.length === 0 && (
          <EmptyState
            icon={SearchX}
            title="No images match this filter"
            actions={
              <Button variant="default" onClick={() => setFilter({})}>
                Clear filters
              </Button>
            }
          />
        )}
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
            onMove={(part) => void labelling.move([...selection.selected], part)}
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
