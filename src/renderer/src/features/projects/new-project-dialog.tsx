import { Button, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { Folder } from 'lucide-react';
import { useState } from 'react';
import { type Grant, platform } from '../../bridge/bridge';
import { Dialog } from '../../components/dialog';
import { DialogFooter } from '../../components/dialog-footer';
import { ErrorAlert } from '../../components/error-alert';
import { enterProject } from '../../state/open-project';
import { useCommand } from '../../state/requests';
import { showError } from '../../state/toasts';

/** Name and location of a new project. */
export function NewProjectDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="New project" size="md">
      <NewProjectForm onClose={onClose} />
    </Dialog>
  );
}

function NewProjectForm({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [place, setPlace] = useState<Grant | null>(null);
  const create = useCommand('projects.create', {
    quiet: true,
    onSuccess: (project) => {
      onClose();
      enterProject(project);
    },
  });
  const choose = async () => {
    try {
      const folder = await platform.pickFolder({ title: 'Project location' });
      if (folder !== null) setPlace(folder);
    } catch (error) {
      showError(error);
    }
  };
  const trimmed = name.trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (place !== null && trimmed !== '') create.mutate({ parent: place.grant, name: trimmed });
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="Breast ultrasound 2026"
          value={name}
          maxLength={120}
          required
          withAsterisk={false}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Input.Wrapper
          size="xs"
          label="Location"
          description="A folder with the project's name is created inside. Source images stay where they are."
        >
          <Group gap="xs" mt={6} wrap="nowrap">
            <Button variant="default" leftSection={<Folder size={15} />} onClick={choose}>
              Choose location
            </Button>
            <Text truncate c={place === null ? 'dimmed' : 'var(--mantine-color-text)'}>
              {place === null ? 'No location chosen' : place.name}
            </Text>
          </Group>
        </Input.Wrapper>
        {create.isError && <ErrorAlert error={create.error} />}
        <DialogFooter>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={place === null || trimmed === ''}>
            Create project
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
