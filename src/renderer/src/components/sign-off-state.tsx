import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { leakText, type SplitSignOff, voidText } from '#shared/models/sign-off';
import { formatDate } from '#shared/text/time';
import { useCommand } from '../state/requests';
import { Notice } from './notice';
import { EditControls } from './read-only';
import { SignOffDialog } from './sign-off-dialog';

export interface SignOffStateProps {
  readonly project: string;
  readonly leak: { readonly patients: number; readonly duplicates: number };
  readonly signOff: SplitSignOff | null;
  /** For use beside a list of problems, which explains the leak already. */
  readonly brief?: boolean;
}

/** Whether training on a leaking split is allowed, with the buttons to sign off and to withdraw the sign-off. */
export function SignOffState({ project, leak, signOff, brief = false }: SignOffStateProps) {
  const [opened, setOpened] = useState(false);
  const withdraw = useCommand('dataset.withdrawSignOff');
  if (leak.patients + leak.duplicates === 0) return null;
  const isVoid = signOff === null ? null : voidText(signOff);
  if (signOff !== null && isVoid === null) {
    return (
      <Notice tone="warning" title={`Signed off by ${signOff.name}, ${formatDate(signOff.at)}`}>
        <Text size="sm">
          “{signOff.reason}” Training is allowed, and every result will state that the split leaks ({leakText(leak)}).
        </Text>
        <Group mt={6}>
          <EditControls>
            <Button
              size="compact-xs"
              variant="default"
              loading={withdraw.isPending}
              onClick={() => withdraw.mutate({ project })}
            >
              Withdraw the sign-off
            </Button>
          </EditControls>
        </Group>
      </Notice>
    );
  }
  const open = (
    <EditControls>
      <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>
        Sign off…
      </Button>
    </EditControls>
  );
  const dialog = <SignOffDialog opened={opened} onClose={() => setOpened(false)} project={project} leak={leak} />;
  if (brief) {
    return (
      <Group gap={8} wrap="nowrap" justify="space-between">
        <Text size="xs" c="dimmed">
          If you need exactly this split:
        </Text>
        {open}
        {dialog}
      </Group>
    );
  }
  return (
    <>
      <Notice tone="error" title="This split blocks training">
        <Text size="sm">
          {isVoid === null ? '' : `${isVoid} `}
          {leakText(leak)} in more than one split. Split again and keep the images of each patient and near duplicates
          together, or sign off if you need exactly this split.
        </Text>
        <Group mt={6}>{open}</Group>
      </Notice>
      {dialog}
    </>
  );
}
