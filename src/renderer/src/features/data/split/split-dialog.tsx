import { Alert, Anchor, Button, Checkbox, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DatasetSummary, SplitRequest } from '#shared/models/dataset';
import { formatCount, formatQuantity } from '#shared/text/number';
import { Dialog } from '../../../components/dialog';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { NumberField } from '../../../components/number-field';
import { SignOffState } from '../../../components/sign-off-state';
import { useWrongFields, WrongFields } from '../../../components/wrong-fields';
import { useCommand } from '../../../state/requests';
import { BalanceTable } from './balance-table';
import { HeldOutField } from './held-out-field';
import { SplitTable } from './split-table';

export interface SplitDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly project: string;
  readonly summary: DatasetSummary;
}

/** Share of the images. */
const FEWEST_TRAINING = 0.05;

const presets: readonly { validation: number; test: number }[] = [
  { validation: 0.2, test: 0.2 },
  { validation: 0.15, test: 0.15 },
  { validation: 0.1, test: 0.1 },
];

/** Which images train, which choose the model, and which are kept for the end. */
export function SplitDialog({ opened, onClose, project, summary }: SplitDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Split into train, validation and test" size={680}>
      <WrongFields>
        <SplitEditor project={project} summary={summary} onClose={onClose} />
      </WrongFields>
    </Dialog>
  );
}

function SplitEditor({ project, summary, onClose }: Omit<SplitDialogProps, 'opened'>) {
  const [request, setRequest] = useState<Required<SplitRequest>>({
    validation: 0.2,
    test: 0.2,
    seed: summary.split?.seed ?? 42,
    group: summary.split?.group === 'none' ? 'none' : 'patient',
    // What folders gave was not chosen: the next split starts from the default.
    keepDuplicatesTogether:
      summary.split === null || summary.split.group === 'folders' || summary.split.keepDuplicatesTogether,
    heldOut: summary.split?.heldOut ?? null,
  });
  const make = useCommand('dataset.split', { quiet: true });
  const [split, setSplit] = useState(summary.split);
  useEffect(() => setSplit(summary.split), [summary.split]);
  const train = 1 - request.validation - request.test;
  const { heldOut } = request;
  const classNames = summary.classes.map(({ label }) => label);
  const [balance, setBalance] = useState(false);
  const labelled = summary.images - summary.unlabelled;
  const set = (part: Partial<SplitRequest>) => setRequest((before) => ({ ...before, ...part }));
  const wrong = useWrongFields();
  const toDo =
    wrong.length > 0
      ? wrong
      : heldOut === null
        ? train < FEWEST_TRAINING
          ? [
              `Only ${Math.max(0, Math.round(train * 1000) / 10)} % is left for training. Leave at least ${FEWEST_TRAINING * 100} %.`,
            ]
          : []
        : heldOut.values.length === 0
          ? ['Choose what to hold out for testing.']
          : [];

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate({ project, request }, { onSuccess: setSplit });
      }}
    >
      <Stack gap="md">
        <Text c="dimmed" size="xs">
          {formatCount(labelled)} labelled images, stratified by class; the same seed always gives the same split.
          Validation images select the model; the test set is opened at the end.
        </Text>
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <NumberField
            label={heldOut === null ? 'Validation' : 'Validation, share of the rest'}
            suffix=" %"
            min={0}
            max={90}
            digits={1}
            value={Math.round(request.validation * 1000) / 10}
            onChange={(value) => set({ validation: value / 100 })}
            width={heldOut === null ? 96 : 150}
            autoFocus
          />
          {heldOut === null && (
            <NumberField
              label="Test"
              suffix=" %"
              min={0}
              max={90}
              digits={1}
              value={Math.round(request.test * 1000) / 10}
              onChange={(value) => set({ test: value / 100 })}
              width={96}
            />
          )}
          <NumberField
            label="Seed"
            min={0}
            max={0xffffffff}
            value={request.seed}
            onChange={(seed) => set({ seed })}
            width={96}
          />
          <Stack gap={2}>
            <Text size="xs" fw={500}>
              Keep together
            </Text>
            <SegmentedControl
              aria-label="Keep together"
              value={request.group}
              onChange={(group) => set({ group })}
              data={[
                { value: 'patient', label: 'Images of each patient' },
                { value: 'none', label: 'Nothing' },
              ]}
            />
          </Stack>
        </Group>
        {heldOut === null && (
          <Group gap="sm">
            <Text size="xs" className="tabular" fw={550} c={wrong.length > 0 ? 'dimmed' : 'var(--mantine-color-text)'}>
              {wrong.length > 0 && 'So far: '}
              Train {Math.round(train * 1000) / 10} % · Validation {Math.round(request.validation * 1000) / 10} % · Test{' '}
              {Math.round(request.test * 1000) / 10} %
            </Text>
            <Text size="xs" c="dimmed">
              Usual:{' '}
              {presets.map((preset, index) => (
                <span key={preset.test}>
                  {index > 0 && ', '}
                  <Anchor component="button" type="button" size="xs" onClick={() => set(preset)}>
                    {Math.round((1 - preset.validation - preset.test) * 100)}/{preset.validation * 100}/
                    {preset.test * 100}
                  </Anchor>
                </span>
              ))}
            </Text>
          </Group>
        )}
        <HeldOutField
          project={project}
          classNames={classNames}
          value={heldOut}
          onChange={(value) => set({ heldOut: value })}
        />
        <Checkbox
          size="xs"
          label="Keep near duplicates together"
          description={
            summary.duplicates.groups === 0
              ? 'No similar images.'
              : `${formatQuantity(summary.duplicates.images, 'image')} in ${formatQuantity(summary.duplicates.groups, 'group')} look alike. Patients who share a group are kept together too.`
          }
          checked={request.keepDuplicatesTogether}
          onChange={(event) => set({ keepDuplicatesTogether: event.currentTarget.checked })}
        />
        {!request.keepDuplicatesTogether && summary.duplicates.groups > 0 && (
          <Alert color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
            Copies of an image may end up in both training and test. Such a split blocks training.
          </Alert>
        )}
        {request.group === 'none' && (
          <Alert color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
            Images of a patient may end up in both training and test, so results may look better than they would on new
            patients.
          </Alert>
        )}
        {toDo.length > 0 && <Notice tone="error" lines={toDo} />}
        {make.isError && <ErrorAlert error={make.error} />}
        {split !== null && (
          <>
            <SplitTable split={split} classNames={classNames} />
            <SignOffState
              project={project}
              leak={{ patients: split.patientsAcrossSplits, duplicates: split.duplicatesAcrossSplits }}
              signOff={split.signOff}
            />
            <Anchor
              component="button"
              type="button"
              size="xs"
              ta="left"
              onClick={() => setBalance(!balance)}
              aria-expanded={balance}
            >
              {balance ? 'Hide balance' : 'Balance of sex, age, scanner, site and modality'}
            </Anchor>
            {balance && <BalanceTable project={project} />}
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={make.isPending} disabled={toDo.length > 0}>
            {split === null ? 'Create split' : 'Split again'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
