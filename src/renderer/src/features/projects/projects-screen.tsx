import { Button, Skeleton, Stack } from '@mantine/core';
import { FolderOpen, Plus } from 'lucide-react';
import { useState } from 'react';
import { formatQuantity } from '#shared/text/number';
import { platform } from '../../bridge/bridge';
import { ErrorAlert } from '../../components/error-alert';
import { Page, PageBody, PageHeader } from '../../components/page';
import { useOpening } from '../../state/open-project';
import { useRequest } from '../../state/requests';
import { showError } from '../../state/toasts';
import { FirstSteps } from './first-steps';
import { NewProjectDialog } from './new-project-dialog';
import { ProjectList } from './project-list';
import { SampleProject } from './sample-project';
import { WeightsHint } from './weights-hint';

export function ProjectsScreen() {
  const list = useRequest('projects.list', {});
  const [creating, setCreating] = useState(false);
  const open = useOpening('projects.open');
  const recent = list.data?.recent;

  const chooseAndOpen = async () => {
    try {
      const folder = await platform.pickFolder({ title: 'Open a project folder' });
      if (folder !== null) open.mutate({ grant: folder.grant });
    } catch (error) {
      showError(error);
    }
  };

  return (
    <Page>
      <PageHeader
        title="Projects"
        description={
          recent === undefined || recent.length === 0
            ? 'Each project is one folder with its labels, runs and results'
            : formatQuantity(recent.length, 'project')
        }
        actions={
          <>
            <Button
              variant="default"
              leftSection={<FolderOpen size={15} />}
              loading={open.isPending}
              onClick={chooseAndOpen}
            >
              Open project
            </Button>
            <Button leftSection={<Plus size={15} />} onClick={() => setCreating(true)}>
              New project
            </Button>
          </>
        }
      />
      <PageBody>
        {list.isError && <ErrorAlert error={list.error} onRetry={() => list.refetch()} />}
        {list.isPending && (
          <Stack gap="xs" aria-busy="true" aria-label="Loading projects">
            {[1, 2, 3].map((line) => (
              <Skeleton key={line} h={62} />
            ))}
          </Stack>
        )}
        {recent !== undefined && recent.length > 0 && <ProjectList projects={recent} />}
        {recent !== undefined && recent.length === 0 && <FirstSteps />}
        {recent !== undefined && <SampleProject />}
        {recent !== undefined && <WeightsHint />}
      </PageBody>
      <NewProjectDialog opened={creating} onClose={() => setCreating(false)} />
    </Page>
  );
}
