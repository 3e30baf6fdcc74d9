import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { Download, ListChecks, Zap } from 'lucide-react';
import type { JobOf } from '#shared/ipc/contract';
import { toErrorInfo } from '#shared/ipc/errors';
import type { BackboneSummary } from '#shared/models/backbone';
import { formatBytes } from '#shared/text/number';
import { Notice } from '../../components/notice';
import { progressText } from '../../components/progress-card';
import { cancelJob } from '../../state/jobs';
import { downloadWeights, trainWith, useDownload } from './get-weights';

export interface DownloadControlProps {
  readonly backbone: BackboneSummary;
  /** Filled button, for a recommendation. */
  readonly prominent?: boolean;
  /** Opens the steps for weights that must be fetched by hand. */
  readonly onSteps: (backbone: BackboneSummary) => void;
}

/** One click downloads weights and shows how far they are; weights on this computer are used instead. */
export function DownloadControl({ backbone, prominent = false, onSteps }: DownloadControlProps) {
  const { running, job, failure, clearFailure } = useDownload(backbone.name);
  const { name, installed, gated, downloadBytes } = backbone;
  const look = { variant: prominent ? 'filled' : 'default', size: prominent ? 'sm' : 'compact-xs' } as const;
  if (installed) {
    return (
      <Button {...look} leftSection={<Zap size={14} />} aria-label={`Use ${name}`} onClick={() => trainWith(backbone)}>
        Use
      </Button>
    );
  }
  if (gated) {
    return (
      <Button
        {...look}
        variant="default"
        leftSection={<ListChecks size={14} />}
        aria-label={`How to get ${name}`}
        onClick={() => onSteps(backbone)}
      >
        How to get it
      </Button>
    );
  }
  if (running) {
    const working = job?.progress.kind === 'working' ? job.progress : null;
    const share = working?.total ? (100 * working.done) / working.total : null;
    return (
      <Stack gap={4} miw={180} {...(prominent ? {} : { flex: 1 })}>
        <Group gap="xs" wrap="nowrap">
          <Progress
            flex={1}
            value={share ?? 100}
            animated={share === null}
            striped={share === null}
            aria-label={`Download of ${name}`}
          />
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Cancel the download of ${name}`}
            disabled={job === null}
            onClick={() => job !== null && cancelJob(job.id)}
          >
            Cancel
          </Button>
        </Group>
        <Text size="xs" c="dimmed" className="tabular">
          {downloadText(working)}
        </Text>
      </Stack>
    );
  }
  return (
    <Stack gap={6}>
      {failure !== null && (
        <Notice tone="error" title={toErrorInfo(failure).message}>
          <Group gap="xs" mt={4}>
            <Button variant="default" size="compact-xs" onClick={() => onSteps(backbone)}>
              Get it by hand
            </Button>
            <Button variant="subtle" size="compact-xs" onClick={clearFailure}>
              Dismiss
            </Button>
          </Group>
        </Notice>
      )}
      <Button
        {...look}
        leftSection={<Download size={14} />}
        aria-label={`Download ${name}`}
        onClick={() => downloadWeights(name)}
      >
        {failure === null ? 'Download' : 'Continue'}
        {downloadBytes === null || failure !== null || !prominent ? '' : ` ${formatBytes(downloadBytes)}`}
      </Button>
    </Stack>
  );
}

function downloadText(progress: Extract<JobOf<'backbones.download'>['progress'], { kind: 'working' }> | null): string {
  if (progress === null) return 'Connecting to huggingface.co…';
  return progress.phase === 'downloading' ? progressText({ ...progress, unit: 'bytes' }) : 'Checking the weights…';
}
