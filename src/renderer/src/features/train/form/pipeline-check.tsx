import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { ScanEye } from 'lucide-react';
import { useState } from 'react';
import type { BatchCheck } from '#shared/models/batch-check';
import { batchRows, viewNames } from '#shared/text/batch-text';
import { Dialog } from '../../../components/dialog';
import { DialogFooter } from '../../../components/dialog-footer';
import { ErrorAlert } from '../../../components/error-alert';
import { useInvalidFields } from '../../../components/invalid-fields';
import { JobCard } from '../../../components/job-card';
import { Notice } from '../../../components/notice';
import { useJob } from '../../../state/jobs';
import type { DraftConfig } from '../parts/draft-store';
import classes from './pipeline-check.module.css';

export interface PipelineCheckProps {
  readonly project: string;
  readonly draft: DraftConfig;
}

/** A button that shows the first training batch as the network gets it. */
export function PipelineCheck({ project, draft }: PipelineCheckProps) {
  const [opened, setOpened] = useState(false);
  const { running, job, result, error, start, cancel, clearError } = useJob('runs.checkBatch', { project });
  const invalid = useInvalidFields();
  const check = () => void start({ project, config: draft });
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        leftSection={<ScanEye size={12} />}
        onClick={() => {
          setOpened(true);
          if (invalid.length === 0) check();
        }}
      >
        Check pipeline
      </Button>
      <Dialog opened={opened} onClose={() => setOpened(false)} title="Check pipeline" size={860}>
        <Stack gap="sm">
          <Text size="sm">
            The first batch of the training, prepared by the code that prepares it in the run. For display, rescaling
            and normalisation are undone; the statistics are of the values that the network gets.
          </Text>
          {running && <JobCard job={job} title="Preparing a batch" onCancel={cancel} />}
          {invalid.length > 0 && <Notice tone="error" title="Fix before checking" lines={invalid} />}
          {error !== null && <ErrorAlert error={error} onClose={clearError} />}
          {!running && result !== null && <BatchView check={result} />}
          <DialogFooter>
            <Button variant="default" onClick={() => setOpened(false)}>
              Close
            </Button>
            <Button loading={running} disabled={invalid.length > 0} onClick={check}>
              Check again
            </Button>
          </DialogFooter>
        </Stack>
      </Dialog>
    </>
  );
}

function BatchView({ check: { shape, views } }: { readonly check: BatchCheck }) {
  const [images, channels, height, width] = shape;
  const broken = views.some(({ statistics }) => statistics.notFinite > 0);
  return (
    <Stack gap="md">
      <Text size="sm" fw={600}>
        {images} images × {channels} channels × {height} × {width} px
      </Text>
      {broken && (
        <Notice tone="error" title="Some values are not numbers">
          Check mean and standard deviation of the checkpoint.
        </Notice>
      )}
      {views.map((view) => (
        <View key={view.kind} view={view} />
      ))}
    </Stack>
  );
}

function View({ view: { kind, statistics, pictures } }: { readonly view: BatchCheck['views'][number] }) {
  return (
    <section aria-label={viewNames[kind]}>
      <Text size="sm" fw={600} mb={6}>
        {viewNames[kind]}
      </Text>
      <SimpleGrid cols={{ base: 4, sm: 8 }} spacing={4} mb={8}>
        {pictures.map(({ image, label, png }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sampler may draw an image twice
          <figure key={index} className={classes['picture']}>
            <img src={`data:image/png;base64,${png}`} alt={`${label}, no. ${image}`} />
            <figcaption title={label}>{label}</figcaption>
          </figure>
        ))}
      </SimpleGrid>
      <dl className={classes['facts']}>
        {batchRows(statistics).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
