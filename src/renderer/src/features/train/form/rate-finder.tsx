import { Button, Group, Stack, Text } from '@mantine/core';
import { ChartSpline } from 'lucide-react';
import { useState } from 'react';
import { RateTestChart } from '../../../charts/rate-test-chart';
import { Dialog } from '../../../components/dialog';
import { DialogFooter } from '../../../components/dialog-footer';
import { ErrorAlert } from '../../../components/error-alert';
import { useInvalidFields } from '../../../components/invalid-fields';
import { JobCard } from '../../../components/job-card';
import { Notice } from '../../../components/notice';
import { decimalText } from '../../../components/number-text';
import { EditControls } from '../../../components/read-only';
import { useJob } from '../../../state/jobs';
import type { DraftConfig } from '../parts/draft-store';

export interface RateFinderProps {
  readonly project: string;
  readonly draft: DraftConfig;
  readonly onUse: (learningRate: number) => void;
}

/** A button that opens the learning rate test. */
export function RateFinder(props: RateFinderProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Group justify="flex-end" mb={6}>
        <EditControls>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<ChartSpline size={13} />}
            onClick={() => setOpened(true)}
          >
            Find a learning rate
          </Button>
        </EditControls>
      </Group>
      <Dialog opened={opened} onClose={() => setOpened(false)} title="Find a learning rate" size={680}>
        <RateTest {...props} onClose={() => setOpened(false)} />
      </Dialog>
    </>
  );
}

/** The test is precise to two digits at most. */
const rounded = (rate: number): number => Number(rate.toPrecision(2));

function RateTest({ project, draft, onUse, onClose }: RateFinderProps & { readonly onClose: () => void }) {
  const { running, job, result: finding, error, start, cancel, clearError } = useJob('rates.find', { project });
  const invalid = useInvalidFields();

  return (
    <Stack gap="sm">
      <Text size="sm">
        Trains for up to a hundred steps, raising the learning rate at each step until the loss diverges. A good rate is
        halfway along the falling part of the curve. The test leaves no model behind and waits while a run trains.
      </Text>
      {running && <JobCard job={job} title="Testing learning rates" onCancel={cancel} />}
      {invalid.length > 0 && <Notice tone="error" title="Fix before testing" lines={invalid} />}
      {error !== null && <ErrorAlert error={error} onClose={clearError} />}
      {finding !== null && <RateTestChart points={finding.points} suggestion={finding.suggestion} />}
      {finding?.suggestion === null && (
        <Notice tone="warning" title="The loss did not fall at any learning rate">
          Check the labels in Data, or choose another backbone or preset.
        </Notice>
      )}
      <DialogFooter>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        {finding === null || finding.suggestion === null ? (
          <Button
            loading={running}
            disabled={invalid.length > 0}
            onClick={() => void start({ project, config: draft })}
          >
            {finding === null ? 'Start test' : 'Test again'}
          </Button>
        ) : (
          <Button
            onClick={() => {
              if (finding.suggestion !== null) onUse(rounded(finding.suggestion));
              onClose();
            }}
          >
            Use {decimalText(rounded(finding.suggestion))}
          </Button>
        )}
      </DialogFooter>
    </Stack>
  );
}
