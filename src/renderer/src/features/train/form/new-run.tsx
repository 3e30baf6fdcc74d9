import { Group, SegmentedControl, Title } from '@mantine/core';
import type { ProjectSummary } from '#shared/models/project';
import { openDestination } from '../../../state/destinations';
import { RunCardsPanel } from '../cards/run-cards';
import { useDrafts } from '../parts/draft-store';
import { NewRunForm } from './new-run-form';

export interface NewRunProps {
  readonly project: ProjectSummary;
  readonly onStarted: (run: string) => void;
}

/** A new run: from a card with everything chosen, or with all settings. */
export function NewRun({ project, onStarted }: NewRunProps) {
  const advanced = useDrafts((state) => state.advanced[project.id]) ?? false;
  const setAdvanced = useDrafts((state) => state.setAdvanced);
  return (
    <>
      <Group justify="space-between" p={14} pb={advanced ? 0 : 12} maw={1240} wrap="nowrap">
        <Title order={2} size="h2">
          New run
        </Title>
        <SegmentedControl
          aria-label="Settings of the new run"
          data={[
            { value: 'recommended', label: 'Recommended' },
            { value: 'advanced', label: 'Advanced' },
          ]}
          value={advanced ? 'advanced' : 'recommended'}
          onChange={(value) => setAdvanced(project.id, value === 'advanced')}
        />
      </Group>
      {advanced ? (
        <NewRunForm project={project} onStarted={onStarted} />
      ) : (
        <RunCardsPanel project={project.id} onStarted={onStarted} onGetWeights={() => openDestination('weights')} />
      )}
    </>
  );
}
