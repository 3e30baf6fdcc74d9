import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { DatasetSummary, SplitSummary } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { SignOffState } from '../../../components/sign-off-state';
import { useWrongFields } from '../../../components/wrong-fields';
import { useCommand } from '../../../state/requests';
import { BalanceTable } from './balance-table';
import { HeldOutField } from './held-out-field';
import { SharesText, SplitFields, type SplitWish, TogetherFields, trainShare } from './split-fields';
import { SplitTable } from './split-table';

export interface SplitEditorProps {
  readonly onClose: () => void;
  readonly project: string;
  readonly summary: DatasetSummary;
}

/** Share of the images. */
const FEWEST_TRAINING = 0.05;

/** Shares, groups and seed of a split, and the split that they make. */
export function SplitEditor({ project, summary, onClose }: SplitEditorProps) {
  const [request, setRequest] = useState(() => wishOf(summary));
  const make = useCommand('dataset.split', { quiet: true });
  const [split, setSplit] = useState(summary.split);
  useEffect(() => setSplit(summary.split), [summary.split]);
  const classNames = summary.classes.map(({ label }) => label);
  const labelled = summary.images - summary.unlabelled;
  const set = (part: Partial<SplitWish>) => setRequest((before) => ({ ...before, ...part }));
  const wrong = useWrongFields();
  const toDo = wrong.length > 0 ? wrong : leftToDo(request);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate({ project, request }, { onSuccess: setSplit });
      }}
    >
      <Stack gap="md">
        <Text c="dimmed" size="xs">
          {formatCount(labelled)} labelled images are drawn so that each part has the classes in the same shares, and
          the same seed always draws the same split. Validation chooses the model; the test part is opened at the end.
        </Text>
        <SplitFields request={request} onChange={set} />
        {request.heldOut === null && <SharesText request={request} onChange={set} isOpen={wrong.length > 0} />}
        <HeldOutField
          project={project}
          classNames={classNames}
          value={request.heldOut}
          onChange={(heldOut) => set({ heldOut })}
        />
        <TogetherFields request={request} onChange={set} duplicates={summary.duplicates} />
        {toDo.length > 0 && <Notice tone="error" lines={toDo} />}
        {make.isError && <ErrorAlert error={make.error} />}
        {split !== null && <MadeSplit project={project} split={split} classNames={classNames} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={make.isPending} disabled={toDo.length > 0}>
            {split === null ? 'Make split' : 'Split again'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The present split's choices, else the usual ones. */
function wishOf({ split }: DatasetSummary): SplitWish {
  return {
    validation: 0.2,
    test: 0.2,
    seed: split?.seed ?? 42,
    group: split?.group === 'none' ? 'none' : 'patient',
    // What folders gave was not chosen: the next split starts from the default.
    keepDuplicatesTogether: split === null || split.group === 'folders' || split.keepDuplicatesTogether,
    heldOut: split?.heldOut ?? null,
  };
}

/** What keeps a split from being made, though each field is right. */
function leftToDo(request: SplitWish): readonly string[] {
  const { heldOut } = request;
  if (heldOut !== null) return heldOut.values.length === 0 ? ['Choose what is held out for the test.'] : [];
  const train = trainShare(request);
  if (train >= FEWEST_TRAINING) return [];
  return [
    `Training keeps ${Math.max(0, Math.round(train * 1000) / 10)} %: leave it at least ${FEWEST_TRAINING * 100} %.`,
  ];
}

/** The split as it is, with what is across its parts and how balanced they are. */
function MadeSplit(props: {
  readonly project: string;
  readonly split: SplitSummary;
  readonly classNames: readonly string[];
}) {
  const { project, split, classNames } = props;
  const [balance, setBalance] = useState(false);
  return (
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
        {balance ? 'Hide the balance' : 'Balance of sex, age, scanner, site and modality'}
      </Anchor>
      {balance && <BalanceTable project={project} />}
    </>
  );
}
