import { ActionIcon, Box, Button, Group, Text, TextInput, Tooltip } from '@mantine/core';
import { UserRound, UserRoundPen, X } from 'lucide-react';
import { useState } from 'react';
import { Dialog } from '../../../components/dialog';
import { useReadingAs } from '../parts/reading-as-store';

/** Lets a person label as a named reader: each label then counts as that reader's reading of the image. */
export function ReadingAs() {
  const { name, setName } = useReadingAs();
  const [naming, setNaming] = useState(false);
  return (
    <>
      {name === null ? (
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          px={8}
          mt={4}
          justify="flex-start"
          leftSection={<UserRoundPen size={13} />}
          onClick={() => setNaming(true)}
        >
          Read as…
        </Button>
      ) : (
        <Group gap={6} wrap="nowrap" px={8} pt={6} role="group" aria-label="Reader">
          <UserRound size={14} color="var(--fovea-accent-text)" style={{ flex: 'none' }} aria-hidden />
          <Box flex={1} miw={0}>
            <Text size="xs" c="dimmed" lh={1.2}>
              Reading as
            </Text>
            <Text size="xs" fw={550} truncate title={name}>
              {name}
            </Text>
          </Box>
          <Tooltip label="Stop recording labels as readings">
            <ActionIcon aria-label="Stop recording labels as readings" size="xs" onClick={() => setName(null)}>
              <X size={13} />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
      <Dialog opened={naming} onClose={() => setNaming(false)} title="Record readings" size="sm">
        <NameForm
          onName={(reader) => {
            setName(reader);
            setNaming(false);
          }}
        />
      </Dialog>
    </>
  );
}

function NameForm({ onName }: { readonly onName: (name: string) => void }) {
  const [name, setName] = useState('');
  const trimmed = name.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (trimmed !== '') onName(trimmed);
      }}
    >
      <TextInput
        label="Name or initials"
        description="Your labels are recorded as readings. An image is labelled if all its readers agree; disagreements are listed under Readers."
        maxLength={80}
        value={name}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" disabled={trimmed === ''}>
          Read
        </Button>
      </Group>
    </form>
  );
}
