import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import type { BinaryTask } from '#shared/models/curves';
import type { OperatingPoint, OperatingRule } from '#shared/models/operating-point';
import { formatFixed } from '#shared/text/number';
import { ruleText } from '#shared/text/operating-text';
import { formatDate } from '#shared/text/time';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { EditControls } from '../../../components/read-only';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { useCommand, useRequest } from '../../../state/requests';
import { showToast } from '../../../state/toasts';
import { OperatingTable, operatingTable } from '../discrimination/operating-table';
import { useThreshold } from '../use-threshold';
import { Population } from './population';
import { firstRule, RulePicker } from './rule-picker';

export interface OperatingPointCardProps {
  readonly project: string;
  readonly run: string;
  readonly split: 'validation' | 'test';
  readonly classes: readonly string[];
  /** What a new point would tell apart. */
  readonly task: BinaryTask;
}

/** The threshold that a run is bound to: chosen by a rule on the validation images, applied to the test images. */
export function OperatingPointCard({ project, run, split, classes, task }: OperatingPointCardProps) {
  const sealed = useRequest('evaluations.operatingPoint', { project, run });
  const [isChoosing, setIsChoosing] = useState(false);
  const point = sealed.data ?? null;
  const isOpen = split === 'validation' && (point === null || isChoosing);
  return (
    <SectionCard
      title="Operating point"
      description="The threshold to use the model at: chosen by a rule on validation images, sealed, then measured on the test set."
      actions={
        split === 'validation' &&
        point !== null &&
        !isChoosing && (
          <EditControls>
            <Button variant="default" onClick={() => setIsChoosing(true)}>
              Choose another
            </Button>
          </EditControls>
        )
      }
    >
      {sealed.isError && <ErrorAlert error={sealed.error} onRetry={() => sealed.refetch()} />}
      {split === 'test' && point === null && (
        <Text c="dimmed">
          None was sealed. Choose one on the validation images: it must not depend on test results.
        </Text>
      )}
      {isOpen && (
        <Choice project={project} run={run} task={task} classes={classes} onSealed={() => setIsChoosing(false)} />
      )}
      {point !== null && !isOpen && (
        <Sealed project={project} run={run} split={split} classes={classes} point={point} />
      )}
    </SectionCard>
  );
}

const namesOf = (labels: readonly number[], classes: readonly string[]) =>
  labels.map((label) => classes[label] ?? '').join(', ');

const taskText = ({ positive, negative }: BinaryTask, classes: readonly string[]) =>
  `${namesOf(positive, classes)} against ${namesOf(negative, classes)}`;

interface ChoiceProps extends Omit<OperatingPointCardProps, 'split'> {
  readonly onSealed: () => void;
}

function Choice({ project, run, task, classes, onSealed }: ChoiceProps) {
  const [rule, setRule] = useState<OperatingRule>(firstRule);
  const chosen = useRequest('evaluations.chooseThreshold', { project, run, task, rule }, { keepPrevious: true });
  const settings = useRequest('settings.get', {});
  const [name, setName] = useState<string | null>(null);
  const by = (name ?? settings.data?.signature ?? '').trim();
  const seal = useCommand('evaluations.seal', {
    onSuccess: () => {
      showToast({ message: 'Operating point sealed' });
      onSealed();
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm">To detect: {taskText(task, classes)}</Text>
      <RulePicker rule={rule} onChange={setRule} />
      {chosen.isError && <ErrorAlert error={chosen.error} onRetry={() => chosen.refetch()} />}
      {chosen.data === null && (
        <Notice tone="warning" title="No threshold fulfils this rule">
          Ask for less, or validate on more images of both groups.
        </Notice>
      )}
      {chosen.data !== null && chosen.data !== undefined && (
        <>
          <OperatingTable label="Numbers of the proposed threshold" metrics={chosen.data} />
          <Group gap="sm" align="flex-end">
            <TextInput
              label="Your name"
              description="Optional, for the record"
              w={240}
              maxLength={80}
              value={name ?? settings.data?.signature ?? ''}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <EditControls>
              <Button
                leftSection={<Lock size={14} />}
                loading={seal.isPending}
                onClick={() => seal.mutate({ project, run, task, rule, by: by === '' ? null : by })}
              >
                Seal this threshold
              </Button>
            </EditControls>
          </Group>
        </>
      )}
    </Stack>
  );
}

type SealedProps = Omit<OperatingPointCardProps, 'task'> & { readonly point: OperatingPoint };

function Sealed({ project, run, split, classes, point }: SealedProps) {
  const { task, threshold } = point;
  const [prevalence, setPrevalence] = useState<number | null>(null);
  const numbers = useThreshold(project, { kind: 'run', run, split }, { task, threshold, prevalence });
  const metrics = numbers.data ?? null;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {taskText(task, classes)}: positive from a score of {formatFixed(threshold)}. Rule, on the validation images:{' '}
        {ruleText(point.rule)}. Sealed {formatDate(point.sealedAt)}
        {point.by === null ? '' : ` by ${point.by}`}.
      </Text>
      {point.testOpenings > 0 && (
        <Notice tone="warning" title="Chosen after the test set was opened">
          Test results may have influenced this choice, so they are not an independent check of it.
        </Notice>
      )}
      {numbers.isError && <ErrorAlert error={numbers.error} onRetry={() => numbers.refetch()} />}
      {numbers.data === null && <Text c="dimmed">These images lack one of the two groups.</Text>}
      {metrics !== null && (
        <>
          <Group justify="space-between">
            <Text fw={600}>{split === 'test' ? 'On the test set' : 'On the validation images'}</Text>
            <TableMenu name="Operating point" table={() => operatingTable(metrics)} />
          </Group>
          <OperatingTable label="Numbers of the sealed threshold" metrics={metrics} />
          <Population metrics={metrics} prevalence={prevalence} onPrevalence={setPrevalence} />
        </>
      )}
    </Stack>
  );
}
