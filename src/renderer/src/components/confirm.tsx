import { Button, Group, Text } from '@mantine/core';
import { create } from 'zustand';
import { Dialog } from './dialog';

export interface ConfirmRequest {
  readonly title: string;
  readonly message: string;
  /** The verb: "Remove 3 images". */
  readonly confirmLabel: string;
  readonly danger?: boolean;
}

interface ConfirmState {
  readonly request: ConfirmRequest | null;
  readonly answer: (sure: boolean) => void;
}

const useConfirm = create<ConfirmState>(() => ({ request: null, answer: () => {} }));

/** Asks before something that cannot be undone; resolves false when the person closes the dialog. */
export function confirm(request: ConfirmRequest): Promise<boolean> {
  return new Promise((resolve) => {
    useConfirm.setState({
      request,
      answer: (sure) => {
        useConfirm.setState({ request: null });
        resolve(sure);
      },
    });
  });
}

/** Where `confirm` shows its question. Once, in the shell. */
export function ConfirmDialog() {
  const { request, answer } = useConfirm();
  // What deletes is never one key away.
  const danger = request?.danger === true;
  return (
    <Dialog opened={request !== null} onClose={() => answer(false)} title={request?.title} size="sm">
      <Text>{request?.message}</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" data-autofocus={danger || undefined} onClick={() => answer(false)}>
          Cancel
        </Button>
        <Button data-autofocus={!danger || undefined} color={danger ? 'red.9' : 'accent'} onClick={() => answer(true)}>
          {request?.confirmLabel}
        </Button>
      </Group>
    </Dialog>
  );
}
