import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatTimes } from '#shared/text/number';
import { Dialog } from '../../components/dialog';
import { DialogFooter } from '../../components/dialog-footer';
import { useCommand, useRequest } from '../../state/requests';

export interface OpenTestDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly project: string;
  readonly run: string;
  readonly onOpen: (by: string | null) => void;
}

/** Explains what opening the test set means, lists the previous openings, and asks who opens it. */
export function OpenTestDialog({ opened, onClose, ...rest }: OpenTestDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Open the test set?" size="md">
      <OpenTestForm onClose={onClose} {...rest} />
    </Dialog>
  );
}

function OpenTestForm({ onClose, project, run, onOpen }: Omit<OpenTestDialogProps, 'opened'>) {
  const openings = useRequest('evaluations.openings', { project }).data?.openings;
  const settings = useRequest('settings.get', {});
  const remember = useCommand('settings.set', { quiet: true });
  const [name, setName] = useState<string | null>(null);
  const shown = (name ?? settings.data?.signature ?? '').trim();
  const own = (openings ?? []).filter((one) => one.run === run).length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== null) remember.mutate({ signature: shown });
        onOpen(shown === '' ? null : shown);
        onClose();
      }}
    >
      <Stack gap="sm">
        <Text>
          The test set tells how good a finished model is. Choosing a model by test results makes them too good: choose
          by validation, and open this once.
        </Text>
        {openings !== undefined && (
          <Text fw={openings.length > 0 ? 600 : 400}>
            {openings.length === 0
              ? 'It has not been opened in this project yet.'
              : `The test set was opened ${formatTimes(openings.length)} in this project, ${own === 0 ? 'never' : formatTimes(own)} for this run.`}
          </Text>
        )}
        <TextInput
          label="Your name"
          description="Optional. It is recorded in the project with the date, the run and the number of images; nothing is taken from your account."
          maxLength={80}
          value={name ?? settings.data?.signature ?? ''}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <DialogFooter>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" data-autofocus>
            Open and evaluate
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
