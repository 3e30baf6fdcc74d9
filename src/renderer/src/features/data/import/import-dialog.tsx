import { Box, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { assertNever } from '#shared/ipc/errors';
import { formatBytes, formatQuantity } from '#shared/text/number';
import { Dialog } from '../../../components/dialog';
import { ErrorAlert } from '../../../components/error-alert';
import { InvalidFields } from '../../../components/invalid-fields';
import { JobCard } from '../../../components/job-card';
import { ProgressCard } from '../../../components/progress-card';
import { useJobById } from '../../../state/activity';
import type { ImportFlow } from './import-flow';
import { ImportPlanView } from './import-plan-view';
import { ImportResultView } from './import-result-view';

const titles = {
  idle: '',
  uploading: 'Add images',
  scanning: 'Add images',
  failed: 'These images could not be added',
  plan: 'Import preview',
  importing: 'Adding images',
  result: 'Import finished',
} as const;

/** An import from drop to result. A running import continues if the dialog is closed. */
export function ImportDialog({ project, flow }: { readonly project: string; readonly flow: ImportFlow }) {
  const { stage } = flow;
  return (
    <Dialog
      opened={stage.kind !== 'idle'}
      onClose={flow.close}
      title={titles[stage.kind]}
      size={stage.kind === 'plan' ? 860 : stage.kind === 'result' ? 760 : 520}
      closeOnClickOutside={stage.kind !== 'plan'}
    >
      <Stage project={project} flow={flow} />
    </Dialog>
  );
}

function Stage({ project, flow }: { readonly project: string; readonly flow: ImportFlow }) {
  const { stage } = flow;
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'uploading':
      return (
        <ProgressCard
          title="Uploading to the computer that runs Fovea"
          phase={stage.progress === null ? 'Reading dropped files' : formatQuantity(stage.progress.files, 'file')}
          unit="MB"
          done={Math.round((stage.progress?.done ?? 0) / 1e6)}
          total={stage.progress === null ? null : Math.max(1, Math.round(stage.progress.total / 1e6))}
          onCancel={flow.close}
        >
          {stage.progress !== null && (
            <Text size="xs" c="dimmed">
              {formatBytes(stage.progress.done)} of {formatBytes(stage.progress.total)}
            </Text>
          )}
        </ProgressCard>
      );
    case 'scanning':
      return (
        <Group gap="sm" wrap="nowrap" role="status">
          <Loader size="sm" />
          <Box miw={0}>
            <Text fw={500}>Scanning files…</Text>
            <Text size="xs" c="dimmed" truncate>
              {stage.names.slice(0, 3).join(', ')}
              {stage.names.length > 3 ? ` and ${stage.names.length - 3} more` : ''}
            </Text>
          </Box>
          <Button variant="default" ml="auto" onClick={flow.close}>
            Cancel
          </Button>
        </Group>
      );
    case 'failed':
      return (
        <Stack gap="md">
          <ErrorAlert error={stage.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={flow.close}>
              Close
            </Button>
          </Group>
        </Stack>
      );
    case 'plan':
      return (
        <InvalidFields>
          <ImportPlanView project={project} plan={stage.plan} onImport={flow.start} onCancel={flow.close} />
        </InvalidFields>
      );
    case 'importing':
      return <Importing job={stage.job} flow={flow} />;
    case 'result':
      return <ImportResultView result={stage.result} onClose={flow.close} />;
    default:
      return assertNever(stage);
  }
}

function Importing({ job: id, flow }: { readonly job: string; readonly flow: ImportFlow }) {
  const job = useJobById(id);
  return (
    <Stack gap="md">
      <JobCard job={job} title="Reading and checking files" onCancel={flow.cancelImport} cancelLabel="Cancel import" />
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          Progress is shown at the lower left.
        </Text>
        <Button variant="default" onClick={flow.close}>
          Continue in the background
        </Button>
      </Group>
    </Stack>
  );
}
