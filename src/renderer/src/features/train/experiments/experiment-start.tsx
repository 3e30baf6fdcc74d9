import { Button, Group, Text, TextInput } from '@mantine/core';
import { Play } from 'lucide-react';
import type { Experiment } from '#shared/models/experiment';
import { formatQuantity } from '#shared/text/number';
import { formatShortDuration } from '#shared/text/time';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { Checking } from '../form/checking';
import { useRunPreview } from '../form/use-run-preview';
import type { DraftConfig } from '../parts/draft-store';

/** Props of the forms for each kind of experiment. */
export interface KindFormProps {
  readonly project: string;
  readonly draft: DraftConfig;
  readonly onStarted: (experiment: Experiment) => void;
}

export interface ExperimentStartProps {
  readonly project: string;
  readonly draft: DraftConfig;
  readonly runs: number;
  readonly blocked: boolean;
  /** True while `problems` and `warnings` belong to the previous input. */
  readonly checking?: boolean;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly error: unknown;
  readonly busy: boolean;
  /** The runs have their own splits, so problems of the current split do not block them. */
  readonly ownSplits?: boolean;
  readonly onStart: () => void;
}

interface NameFieldProps {
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** Main chooses a name if the field is empty. */
export const optionalName = (name: string) => (name.trim() === '' ? {} : { name: name.trim() });

/** The experiment's name in the list of runs. */
export function NameField({ value, onChange }: NameFieldProps) {
  return (
    <TextInput
      label="Name"
      placeholder="Optional"
      maxLength={100}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Problems, estimated total time, and the start button. */
export function ExperimentStart(props: ExperimentStartProps) {
  const { project, draft, runs, blocked, warnings, error, busy, onStart, ownSplits = false } = props;
  const { preview, invalid, checking: checkingSettings } = useRunPreview(project, draft);
  const checking = props.checking === true || checkingSettings;
  // While checking, problems are outdated: the last change may have fixed them.
  const found = checking ? [] : [...props.problems, ...(ownSplits ? [] : (preview.data?.problems ?? []))];
  const problems = invalid.length > 0 ? invalid : found;
  const seconds = invalid.length > 0 ? null : (preview.data?.secondsEstimate ?? null);
  return (
    <>
      {problems.length > 0 && <Notice tone="error" title="Fix before training" lines={problems} />}
      {checking && <Checking />}
      {warnings.length > 0 && <Notice tone="warning" lines={warnings} />}
      {error !== null && <ErrorAlert error={error} />}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {runs < 2 || seconds === null
            ? 'The runs train one after another.'
            : `${formatQuantity(runs, 'run')}, one after another: about ${formatShortDuration(runs * seconds)}`}
        </Text>
        <Button
          leftSection={<Play size={15} />}
          disabled={blocked || problems.length > 0 || preview.data === undefined || checking}
          loading={busy}
          onClick={onStart}
        >
          {runs < 2 ? 'Start' : `Start ${formatQuantity(runs, 'run')}`}
        </Button>
      </Group>
    </>
  );
}
