import { Group, Progress, Text } from '@mantine/core';
import { assertNever } from '#shared/ipc/errors';
import type { RunProgress } from '#shared/models/run';
import { formatCompact } from '../../charts/format';
import { formatCount, formatDuration } from '../../components/format';
import { SectionCard } from '../../components/section-card';
import { Stat } from '../../components/stat';

function phaseText({ phase, state }: RunProgress): string {
  if (state === 'paused') return 'Paused';
  switch (phase) {
    case 'waiting':
      return 'Waiting for its turn';
    case 'preparing':
      return 'Preparing model and images';
    case 'extracting':
      return 'Computing features with the frozen backbone';
    case 'training':
      return 'Training';
    case 'evaluating':
      return 'Checking on validation images';
    case 'saving':
      return 'Saving the checkpoint';
    case 'done':
      return 'Done';
    default:
      return assertNever(phase);
  }
}

/** Where a run stands: phase, step and epoch, time left and speed. */
export function RunProgressCard({ progress }: { readonly progress: RunProgress }) {
  const share = progress.totalSteps === 0 ? null : Math.min(100, (progress.step / progress.totalSteps) * 100);
  const paused = progress.state === 'paused';
  const phase = phaseText(progress);
  return (
    <SectionCard title={phase} description={progress.message ?? undefined}>
      <Progress
        size="md"
        value={share ?? 100}
        animated={!paused}
        striped={share === null}
        color={paused ? 'yellow' : 'accent'}
        aria-label="Training progress"
      />
      <Group justify="space-between" mt="xs" gap="lg" grow preventGrowOverflow={false}>
        <Stat
          label="Epoch"
          value={`${Math.min(progress.epochs, Math.floor(progress.epoch) + 1)} of ${progress.epochs}`}
        />
        <Stat
          label="Step"
          value={
            <>
              {formatCount(progress.step)}
              <Text span c="dimmed" size="sm">
                {' '}
                of {formatCount(progress.totalSteps)}
              </Text>
            </>
          }
        />
        <Stat label="Time left" value={paused ? '–' : formatDuration(progress.etaSeconds ?? Number.NaN)} />
        <Stat label="Images/s" value={paused ? '–' : formatCompact(progress.imagesPerSecond)} />
      </Group>
    </SectionCard>
  );
}
