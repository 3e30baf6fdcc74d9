import { Button, Group, Text } from '@mantine/core';
import { create } from 'zustand';
import { Dialog } from './dialog';

export interface ConfirmRequest {
  readonly title: string;
  readonly message: string;
  /** A verb phrase: "Remove 3 images". */
  readonly confirmLabel: string;
  readonly danger?: boolean;
}

interface ConfirmState {
  readonly request: ConfirmRequest | null;
  readonly answer: (sure: boolean) => void;
}

const useConfirm = create<ConfirmState>(() => ({ request: null, answer: () => {} }));

/** Asks for confirmation of an irreversible action; resolves to false if the dialog is closed. */
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

/** Renders the dialog of `confirm`. Mounted once, in the shell. */
export function ConfirmDialog() {
  const { request, answer } = useConfirm();
  // Enter must never delete: destructive actions focus Cancel.
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
