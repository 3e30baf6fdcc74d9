import { Button, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { leakText } from '#shared/models/sign-off';
import { useCommand, useRequest } from '../state/requests';
import { Dialog } from './dialog';
import { DialogFooter } from './dialog-footer';
import { ErrorAlert } from './error-alert';

export interface SignOffDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly project: string;
  readonly leak: { readonly patients: number; readonly duplicates: number };
}

/** Asks for the name and reason of the person who allows training on a leaking split, and explains the consequences. */
export function SignOffDialog({ opened, onClose, project, leak }: SignOffDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Sign off a leaking split" size={520}>
      <SignOffForm project={project} leak={leak} onClose={onClose} />
    </Dialog>
  );
}

function SignOffForm({ project, leak, onClose }: Omit<SignOffDialogProps, 'opened'>) {
  const settings = useRequest('settings.get', {});
  const [name, setName] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const remember = useCommand('settings.set', { quiet: true });
  const sign = useCommand('dataset.signOff', {
    quiet: true,
    onSuccess: () => {
      onClose();
    },
  });
  const shown = name ?? settings.data?.signature ?? '';
  const isOne = leak.patients + leak.duplicates === 1;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // React propagates events through portals, so the form around the dialog would submit too.
        event.stopPropagation();
        remember.mutate({ signature: shown.trim() });
        sign.mutate({ project, name: shown.trim(), reason: reason.trim() });
      }}
    >
      <Stack gap="sm">
        <Text>
          {leakText(leak)} {isOne ? 'appears' : 'appear'} in more than one split. A model that has seen a patient, or a
          copy of an image, in training has an unfair advantage on the test images: accuracy and AUC come out too high,
          often by a lot.
        </Text>
        <Text>
          Signing off allows training anyway. Every run on this split records your name and reason, and every result,
          report, export and prediction states that its split leaks. The sign-off ends when the split changes or the
          leak grows.
        </Text>
        <TextInput
          label="Your name"
          required
          maxLength={80}
          value={shown}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Textarea
          label="Reason"
          required
          autosize
          minRows={2}
          maxLength={400}
          placeholder="Why you need results from this split despite the leak"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {sign.isError && <ErrorAlert error={sign.error} />}
        <DialogFooter>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="red.9"
            loading={sign.isPending}
            disabled={shown.trim() === '' || reason.trim().length < 3}
          >
            Sign off
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
