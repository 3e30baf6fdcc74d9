import { Group, Table, Text, VisuallyHidden } from '@mantine/core';
import type { BackboneSummary } from '#shared/models/backbone';
import { formatBytes, formatParameters } from '#shared/text/number';
import { SectionCard } from '../../components/section-card';
import { DownloadControl } from './download-control';
import { LicenceText, timeText, WeightsBadges } from './weights-facts';

export interface KnownWeightsProps {
  readonly backbones: readonly BackboneSummary[];
  readonly secondsPerThousand: Readonly<Record<string, number>>;
  readonly onSteps: (backbone: BackboneSummary) => void;
}

/** Checkpoints of the catalogue that are not on this computer. */
export function KnownWeights({ backbones, secondsPerThousand, onSteps }: KnownWeightsProps) {
  return (
    <SectionCard title="Known weights" description="Checkpoints of the Hugging Face hub that Fovea reads" flush>
      <Table aria-label="Known weights">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th ta="right">Parameters</Table.Th>
            <Table.Th ta="right">Input</Table.Th>
            <Table.Th ta="right">1,000 images</Table.Th>
            <Table.Th ta="right">Download</Table.Th>
            <Table.Th w={230}>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backbones.map((backbone) => (
            <Table.Tr key={backbone.name}>
              <Table.Td>
                <Group gap={6}>
                  <Text fw={500}>{backbone.name}</Text>
                  <WeightsBadges backbone={backbone} />
                </Group>
                <Text size="xs" c="dimmed">
                  {backbone.description}
                  {backbone.training !== null && ` Learned from ${backbone.training}.`}
                </Text>
                <LicenceText backbone={backbone} />
              </Table.Td>
              <Table.Td ta="right" className="tabular">
                {formatParameters(backbone.parameters)}
              </Table.Td>
              <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
                {backbone.imageSize} px
              </Table.Td>
              <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
                {timeText(secondsPerThousand[backbone.name])}
              </Table.Td>
              <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
                {backbone.downloadBytes === null ? '–' : formatBytes(backbone.downloadBytes)}
              </Table.Td>
              <Table.Td>
                <Group justify="flex-end">
                  <DownloadControl backbone={backbone} onSteps={onSteps} />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </SectionCard>
  );
}
