import { Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { Clipboard, RotateCcw } from 'lucide-react';
import { filterInWords, fitInWords } from '#shared/imaging/preparation-text';
import type { RunDetail } from '#shared/models/run';
import { formatCount, formatParameters } from '#shared/text/number';
import { SectionCard } from '../../../components/section-card';
import { Stat } from '../../../components/stat';
import { useSelectedRun } from '../../../state/selected-run';
import { showError, showToast } from '../../../state/toasts';
import { useDrafts } from '../parts/draft-store';

/** Everything needed to repeat a run: counts, classes, hashes, and the settings as JSON. */
export function RunConfigView({ project, detail }: { readonly project: string; readonly detail: RunDetail }) {
  const { record } = detail;
  const openAdvanced = useDrafts((state) => state.openAdvanced);
  const select = useSelectedRun((state) => state.select);
  const json = JSON.stringify(record.config, null, 2);
  return (
    <Stack gap="sm">
      <SectionCard title="Model and data">
        <SimpleGrid cols={{ base: 3, lg: 6 }} spacing="sm">
          <Stat label="Parameters" value={formatParameters(record.parameters)} />
          <Stat label="Trainable" value={formatParameters(record.trainableParameters)} />
          <Stat label="Training images" value={formatCount(record.counts.train)} />
          <Stat label="Validation images" value={formatCount(record.counts.validation)} />
          <Stat label="Test images" value={formatCount(record.counts.test)} />
          <Stat label="Input" value={`${record.pipeline.width} × ${record.pipeline.height}`} />
        </SimpleGrid>
        <Text size="xs" c="dimmed" mt="xs">
          Classes: {record.classes.join(', ')}
        </Text>
        <Text size="xs" c="dimmed" mt={4}>
          Images: {fitInWords(record.pipeline)}; {filterInWords(record.pipeline)}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {record.datasetVersion !== null &&
            `dataset version ${record.datasetVersion.number} ${record.datasetVersion.hash.slice(0, 12)} · `}
          {Object.entries(record.hashes)
            .map(([name, hash]) => `${name} ${hash.slice(0, 12)}`)
            .join(' · ')}{' '}
          · Fovea {record.version}
        </Text>
      </SectionCard>
      <SectionCard
        title="Settings"
        actions={
          <Group gap={6}>
            <Button
              variant="default"
              leftSection={<Clipboard size={14} />}
              onClick={() =>
                navigator.clipboard.writeText(json).then(() => showToast({ message: 'Settings copied' }), showError)
              }
            >
              Copy as JSON
            </Button>
            <Button
              variant="default"
              leftSection={<RotateCcw size={14} />}
              onClick={() => {
                openAdvanced(project, record.config);
                select(project, null);
              }}
            >
              Use these settings
            </Button>
          </Group>
        }
      >
        <Code block aria-label="Settings as JSON">
          {json}
        </Code>
      </SectionCard>
    </Stack>
  );
}
