import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { FileInput, Folder, PackagePlus } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { type Grant, platform } from '../../bridge/bridge';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { SectionCard } from '../../components/section-card';
import { useJob } from '../../state/jobs';
import { showError } from '../../state/toasts';
import { announceWeights } from './get-weights';
import classes from './weights.module.css';

/** Imports a checkpoint by drop or dialog: its folder, a zip archive of it, or its files. */
export function ImportCard() {
  const { job, running, error, ...work } = useJob('backbones.import');
  const [over, setOver] = useState(false);
  const [upload, setUpload] = useState<string | null>(null);

  const begin = async (given: Promise<readonly Grant[] | null>) => {
    const backbone = await work.start(async () => {
      try {
        const grants = await given;
        return grants === null || grants.length === 0 ? null : { grants: grants.map(({ grant }) => grant) };
      } finally {
        setUpload(null);
      }
    });
    if (backbone !== null) announceWeights(backbone);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (running) return;
    const granted = platform.grantDropped(event.dataTransfer, {
      onProgress: ({ done, total }) =>
        setUpload(total === 0 ? null : `Reading files: ${Math.floor((100 * done) / total)} %`),
    });
    begin(granted).catch(showError);
  };
  const pickFolder = () =>
    begin(platform.pickFolder({ title: 'The folder of a checkpoint' }).then((folder) => folder && [folder]));
  const pickFiles = () => begin(platform.pickFiles({ title: 'A zip archive, or the files of a checkpoint' }));

  return (
    <SectionCard
      title="Import"
      description="The whole checkpoint is checked and copied, and becomes the default of new runs."
    >
      <Stack gap="sm">
        {error !== null && <ErrorAlert error={error} onClose={work.clearError} />}
        {job !== null ? (
          <JobCard job={job} title="Importing weights" onCancel={work.cancel} />
        ) : (
          <section
            className={classes['drop']}
            data-over={over || undefined}
            aria-label="Drop weights to import"
            onDragOver={(event) => {
              event.preventDefault();
              setOver(!running);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
          >
            <PackagePlus
              size={28}
              strokeWidth={1.5}
              color="var(--fovea-accent-text)"
              aria-hidden
              style={{ flex: 'none' }}
            />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text fw={600}>{upload ?? 'Drop a folder, a zip archive or the files of a checkpoint here'}</Text>
              <Text size="xs" c="dimmed">
                A Hugging Face model of the ViT family: <Code>config.json</Code>, <Code>model.safetensors</Code> and{' '}
                <Code>preprocessor_config.json</Code>.
              </Text>
            </div>
            <Group gap="xs" wrap="nowrap">
              <Button
                variant="default"
                leftSection={<Folder size={14} />}
                loading={running}
                onClick={() => pickFolder().catch(showError)}
              >
                Choose a folder
              </Button>
              <Button
                variant="default"
                leftSection={<FileInput size={14} />}
                disabled={running}
                onClick={() => pickFiles().catch(showError)}
              >
                Choose files
              </Button>
            </Group>
          </section>
        )}
      </Stack>
    </SectionCard>
  );
}
