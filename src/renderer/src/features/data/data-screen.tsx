import { Button, Center, Loader, Tooltip } from '@mantine/core';
import { Undo2 } from 'lucide-react';
import { Activity, useEffect, useState } from 'react';
import type { ImageFilter } from '#shared/models/dataset';
import { patientsText } from '#shared/models/patient-count';
import type { ProjectSummary } from '#shared/models/project';
import { formatQuantity } from '#shared/text/number';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageBody, PageHeader } from '../../components/page';
import { EditControls } from '../../components/read-only';
import { useDestination } from '../../state/destinations';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import { AddMenu, NoImages } from './add-images';
import { ConfoundersView } from './confounders/confounders-view';
import { DataTabs } from './data-tabs';
import { type DatasetView, defaultView, imagesView } from './dataset-view';
import { DeidentifiedDialog } from './deidentify/deidentified-dialog';
import { DuplicatesView } from './duplicates/duplicates-view';
import { ImagesView } from './images-view';
import { ImportDialog } from './import/import-dialog';
import { useImportFlow } from './import/import-flow';
import { TableDialog } from './label-table/table-dialog';
import { useTableFlow } from './label-table/use-table-flow';
import { useLabelling } from './parts/use-labelling';
import { ReadersView } from './readers/readers-view';
import { ReportView } from './report/report-view';
import { ReviewView } from './review/review-view';
import { SplitDialog } from './split/split-dialog';

export function DataScreen({ project }: { readonly project: ProjectSummary }) {
  const summary = useRequest('dataset.summary', { project: project.id });
  const flow = useImportFlow(project.id);
  const labelling = useLabelling(project.id);
  const tableFlow = useTableFlow(project.id, labelling);
  const [splitOpen, setSplitOpen] = useState(false);
  const [deidentifying, setDeidentifying] = useState(false);
  const [view, setView] = useState<DatasetView>(imagesView);
  const imageRequest = useSession((state) => state.imageRequest);
  useEffect(() => {
    if (imageRequest !== null) setView(imagesView);
  }, [imageRequest]);
  const data = summary.data;
  const showImages = (filter: ImageFilter, title: string) => useSession.getState().showImages({ title, filter });
  useDestination(
    {
      images: () => setView(imagesView),
      'add-images': flow.addFolder,
      unlabelled: () => showImages({ unlabelled: true }, 'Without a label'),
      duplicates: () => setView(defaultView('duplicates')),
      review: () => setView(defaultView('review')),
      split: () => setSplitOpen(true),
    },
    data !== undefined,
  );
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
              <EditControls>
                <Tooltip label="Undo (Ctrl+Z)">
                  <Button variant="subtle" color="gray" leftSection={<Undo2 size={15} />} onClick={labelling.undo}>
                    Undo
                  </Button>
                </Tooltip>
              </EditControls>
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
            <ImagesView
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
              onDuplicates={() => setView(defaultView('duplicates'))}
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
              showResolved={view.showResolved}
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
