import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Play, Repeat } from 'lucide-react';
import { useState } from 'react';
import type { RunSummary } from '#shared/models/run';
import { Dialog } from '../../../components/dialog';
import { DialogFooter } from '../../../components/dialog-footer';
import { ErrorAlert } from '../../../components/error-alert';
import { InvalidFields, useInvalidFields } from '../../../components/invalid-fields';
import { NumberField } from '../../../components/number-field';
import { EditControls } from '../../../components/read-only';
import { useCommand } from '../../../state/requests';
import { useSelectedRun } from '../../../state/selected-run';

const MORE_EPOCHS = 10;

export interface ContinueRunProps {
  readonly project: string;
  readonly run: RunSummary;
}

/** Trains more epochs from the best model of a run, as a new run. */
export function ContinueRun({ project, run }: ContinueRunProps) {
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <EditControls>
        <Button variant="default" leftSection={<Repeat size={14} />} onClick={dialog.open}>
          Train more epochs
        </Button>
      </EditControls>
      <Dialog opened={opened} onClose={dialog.close} title="Train more epochs" size="md">
        <InvalidFields>
          <ContinueForm project={project} run={run} onClose={dialog.close} />
        </InvalidFields>
      </Dialog>
    </>
  );
}

function ContinueForm({ project, run, onClose }: ContinueRunProps & { readonly onClose: () => void }) {
  const [epochs, setEpochs] = useState(MORE_EPOCHS);
  const invalid = useInvalidFields();
  const select = useSelectedRun((state) => state.select);
  const start = useCommand('runs.continue', {
    quiet: true,
    onSuccess: (continued) => {
      onClose();
      select(project, continued.id);
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm">
        A new run starts from the best model of {run.name}
        {run.best === null ? '' : ` (epoch ${run.best.epoch})`}, with the same images, split and preprocessing. Its
        optimizer and learning rate schedule start anew. {run.name} stays as it is.
      </Text>
      <NumberField label="Epochs" value={epochs} min={1} max={10_000} width={140} autoFocus onChange={setEpochs} />
      {start.isError && <ErrorAlert error={start.error} onClose={start.reset} />}
      <DialogFooter>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            leftSection={<Play size={14} />}
            disabled={invalid.length > 0}
            loading={start.isPending}
            onClick={() => start.mutate({ project, run: run.id, epochs })}
          >
            {epochs === 1 ? 'Train 1 more epoch' : `Train ${epochs} more epochs`}
          </Button>
        </Group>
      </DialogFooter>
    </Stack>
  );
}
