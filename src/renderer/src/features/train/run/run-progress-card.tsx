import { Group, Progress, Text } from '@mantine/core';
import { assertNever } from '#shared/ipc/errors';
import type { RunProgress } from '#shared/models/run';
import { formatCompact, formatCount } from '#shared/text/number';
import { formatDuration } from '#shared/text/time';
import { percentDone } from '../../../components/run-percent';
import { SectionCard } from '../../../components/section-card';
import { Stat } from '../../../components/stat';

function phaseText({ phase, state }: RunProgress): string {
  if (state === 'paused') return 'Paused';
  switch (phase) {
    case 'waiting':
      return 'Queued';
    case 'preparing':
      return 'Preparing model and images';
    case 'extracting':
      return 'Computing features with the frozen backbone';
    case 'searching':
      return 'Searching for the best model';
    case 'training':
      return 'Training';
    case 'evaluating':
      return 'Evaluating on validation images';
    case 'saving':
      return 'Saving the checkpoint';
    case 'done':
      return 'Done';
    case 'elsewhere':
      return 'Training in another window or command';
    default:
      return assertNever(phase);
  }
}

function Amount({ label, done, total }: { readonly label: string; readonly done: number; readonly total: number }) {
  return (
    <Stat
      label={label}
      value={
        <>
          {formatCount(done)}
          <Text span c="dimmed" size="sm">
            {' '}
            of {formatCount(total)}
          </Text>
        </>
      }
    />
  );
}

/** A run's progress: phase, step and epoch, remaining time and speed. */
export function RunProgressCard({ progress }: { readonly progress: RunProgress }) {
  const percent = percentDone(progress);
  const { counted } = progress;
  const paused = progress.state === 'paused';
  const elsewhere = progress.phase === 'elsewhere';
  // A queued run has nothing to count.
  const hasBegun = counted !== null || progress.totalSteps > 0;
  const phase = phaseText(progress);
  return (
    <SectionCard title={phase} description={progress.message ?? undefined}>
      <Progress
        size="md"
        value={percent ?? 100}
        animated={!paused}
        striped={percent === null}
        color={paused ? 'yellow' : 'accent'}
        aria-label="Training progress"
      />
      {hasBegun && (
        <Group justify="space-between" mt="xs" gap="lg" grow preventGrowOverflow={false}>
          {counted === null ? (
            <>
              <Stat
                label="Epoch"
                value={`${Math.min(progress.epochs, Math.floor(progress.epoch) + 1)} of ${progress.epochs}`}
              />
              <Amount label="Step" done={progress.step} total={progress.totalSteps} />
            </>
          ) : (
            <Amount label={progress.phase === 'extracting' ? 'Views' : 'Images'} {...counted} />
          )}
          {!elsewhere && (
            <>
              <Stat
                label={counted === null ? 'Time left' : 'Left in this phase'}
                value={paused ? '–' : formatDuration(progress.etaSeconds ?? Number.NaN)}
              />
              <Stat label="Images/s" value={paused ? '–' : formatCompact(progress.imagesPerSecond)} />
            </>
          )}
        </Group>
      )}
    </SectionCard>
  );
}
