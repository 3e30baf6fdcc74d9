import { Button, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { Folder } from 'lucide-react';
import { useState } from 'react';
import { type Grant, platform } from '../../bridge/bridge';
import { Dialog } from '../../components/dialog';
import { DialogFooter } from '../../components/dialog-footer';
import { ErrorAlert } from '../../components/error-alert';
import { enterProject } from '../../state/open-project';
import { useCommand, useRequest } from '../../state/requests';
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
  const proposal = useRequest('projects.proposal', {});
  /** Null until a person types a name. */
  const [typed, setTyped] = useState<string | null>(null);
  /** Null for Fovea's own folder. */
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
  const name = (typed ?? proposal.data?.name ?? '').trim();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name !== '') create.mutate(place === null ? { name } : { parent: place.grant, name });
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="Breast ultrasound 2026"
          value={typed ?? proposal.data?.name ?? ''}
          maxLength={120}
          required
          withAsterisk={false}
          data-autofocus
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setTyped(event.currentTarget.value)}
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
            <Text truncate title={place?.name ?? proposal.data?.place}>
              {place?.name ?? proposal.data?.place}
            </Text>
          </Group>
        </Input.Wrapper>
        {create.isError && <ErrorAlert error={create.error} />}
        <DialogFooter>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name === ''}>
            Create project
          </Button>
        </DialogFooter>
      </Stack>
    </form>
  );
}
