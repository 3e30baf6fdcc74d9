import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { DatasetSummary, SplitSummary } from '#shared/models/dataset';
import { formatCount } from '#shared/text/number';
import { DialogFooter } from '../../../components/dialog-footer';
import { ErrorAlert } from '../../../components/error-alert';
import { useInvalidFields } from '../../../components/invalid-fields';
import { Notice } from '../../../components/notice';
import { SignOffState } from '../../../components/sign-off-state';
import { useCommand } from '../../../state/requests';
import { BalanceTable } from './balance-table';
import { HeldOutField } from './held-out-field';
import { NewImages } from './new-images';
import {
  type CompleteSplitRequest,
  KeepTogetherFields,
  percent,
  SharesText,
  SplitFields,
  trainShare,
} from './split-fields';
import { SplitTable } from './split-table';

export interface SplitEditorProps {
  readonly onClose: () => void;
  readonly project: string;
  readonly summary: DatasetSummary;
}

/** Minimum share of training images. */
const MIN_TRAINING = 0.05;

/** Shares, grouping and seed of a split, and the resulting split. */
export function SplitEditor({ project, summary, onClose }: SplitEditorProps) {
  const [request, setRequest] = useState(() => initialRequest(summary));
  const make = useCommand('dataset.split', { quiet: true });
  const [split, setSplit] = useState(summary.split);
  useEffect(() => setSplit(summary.split), [summary.split]);
  const classNames = summary.classes.map(({ label }) => label);
  const labelled = summary.images - summary.unlabelled;
  const set = (changes: Partial<CompleteSplitRequest>) => setRequest((before) => ({ ...before, ...changes }));
  const invalid = useInvalidFields();
  const problems = invalid.length > 0 ? invalid : requestProblems(request);

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
        {split !== null && <NewImages project={project} outside={split.outside} />}
        <SplitFields request={request} onChange={set} />
        {request.heldOut === null && <SharesText request={request} onChange={set} isOpen={invalid.length > 0} />}
        <HeldOutField
          project={project}
          classNames={classNames}
          value={request.heldOut}
          onChange={(heldOut) => set({ heldOut })}
        />
        <KeepTogetherFields request={request} onChange={set} duplicates={summary.duplicates} />
        {problems.length > 0 && <Notice tone="error" lines={problems} />}
        {make.isError && <ErrorAlert error={make.error} />}
        {split !== null && <CurrentSplit project={project} split={split} classNames={classNames} />}
        <DialogFooter>
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={make.isPending} disabled={problems.length > 0}>
            {split === null ? 'Create split' : 'Split again'}
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}

/** The current split's settings, else the defaults. */
function initialRequest({ split }: DatasetSummary): CompleteSplitRequest {
  return {
    validation: 0.2,
    test: 0.2,
    seed: split?.seed ?? 42,
    group: split?.group === 'none' ? 'none' : 'patient',
    // A split from folders was not a choice: the next one starts from the default.
    keepDuplicatesTogether: split === null || split.group === 'folders' || split.keepDuplicatesTogether,
    heldOut: split?.heldOut ?? null,
  };
}

/** Problems of the request as a whole, once every field is valid. */
function requestProblems(request: CompleteSplitRequest): readonly string[] {
  const { heldOut } = request;
  if (heldOut !== null) return heldOut.values.length === 0 ? ['Choose what to hold out for testing.'] : [];
  const train = trainShare(request);
  if (train >= MIN_TRAINING) return [];
  return [`Only ${Math.max(0, percent(train))} % is left for training. Leave at least ${MIN_TRAINING * 100} %.`];
}

/** The current split, with its leaks and its balance. */
function CurrentSplit(props: {
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
        {balance ? 'Hide balance' : 'Balance of sex, age, scanner, site and modality'}
      </Anchor>
      {balance && <BalanceTable project={project} />}
    </>
  );
}
