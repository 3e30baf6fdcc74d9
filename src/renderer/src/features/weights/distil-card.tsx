import { Button, Group, Text } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import type { RequestInput } from '#shared/ipc/contract';
import type { BackboneSummary } from '#shared/models/backbone';
import { Dialog } from '../../components/dialog';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { EditControls } from '../../components/read-only';
import { SectionCard } from '../../components/section-card';
import { useJob } from '../../state/jobs';
import { DistilForm } from './distil-form';
import { announceWeights } from './get-weights';

export interface DistilCardProps {
  readonly project: { readonly id: string; readonly name: string };
  /** Pretrained backbones on this computer, largest first. */
  readonly teachers: readonly BackboneSummary[];
  /** Names that are taken. */
  readonly taken: ReadonlySet<string>;
}

/** Distils a small backbone from a large one on the images of the open project. */
export function DistilCard({ project, teachers, taken }: DistilCardProps) {
  const { job, running, error, ...work } = useJob('distillations.start', { project: project.id });
  const [opened, setOpened] = useState(false);
  const begin = async (input: Omit<RequestInput<'distillations.start'>, 'project'>) => {
    setOpened(false);
    const result = await work.start({ project: project.id, ...input });
    if (result !== null) announceWeights(result.backbone);
  };
  return (
    <SectionCard
      title="Distil a small one"
      description="A small, fast backbone learns to see as a large one does, from your own images. Labels are not needed."
    >
      {error !== null && <ErrorAlert error={error} onClose={work.clearError} />}
      {running ? (
        <JobCard job={job} title="Distilling" cancelLabel="Stop" onCancel={work.cancel} />
      ) : (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed">
            Uses the images of {project.name} that are for training or have no label. Stopped, it continues when it is
            started again with the same choices.
          </Text>
          <EditControls>
            <Button
              variant="default"
              style={{ flex: 'none' }}
              leftSection={<FlaskConical size={14} />}
              onClick={() => setOpened(true)}
            >
              Distil
            </Button>
          </EditControls>
        </Group>
      )}
      <Dialog opened={opened} onClose={() => setOpened(false)} title="Distil a small backbone" size={560}>
        <DistilForm teachers={teachers} taken={taken} onStart={begin} onClose={() => setOpened(false)} />
      </Dialog>
    </SectionCard>
  );
}
