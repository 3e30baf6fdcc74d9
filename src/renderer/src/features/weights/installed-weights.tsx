import { ActionIcon, Badge, Group, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { FileText, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import { formatBytes, formatParameters } from '#shared/text/number';
import { confirm } from '../../components/confirm';
import { SectionCard } from '../../components/section-card';
import { useCommand } from '../../state/requests';
import { DocumentDialog } from './document-dialog';
import { DownloadControl } from './download-control';
import { timeText, WeightsBadges } from './weights-facts';

export interface InstalledWeightsProps {
  readonly backbones: readonly BackboneSummary[];
  /** Name of the default of new runs. */
  readonly standard: string | null;
  readonly secondsPerThousand: Readonly<Record<string, number>>;
}

/** Pretrained weights on this computer, with what is known about them. */
export function InstalledWeights({ backbones, standard, secondsPerThousand }: InstalledWeightsProps) {
  const [read, setRead] = useState<BackboneSummary | null>(null);
  return (
    <SectionCard title="On this computer" flush={backbones.length > 0}>
      {backbones.length === 0 ? (
        <Text c="dimmed">
          No pretrained weights yet. Without them, a model learns everything from your images alone, which needs many
          thousands of them.
        </Text>
      ) : (
        <Table aria-label="Weights on this computer">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th ta="right">Parameters</Table.Th>
              <Table.Th ta="right">Input</Table.Th>
              <Table.Th ta="right">1,000 images</Table.Th>
              <Table.Th ta="right">Size</Table.Th>
              <Table.Th>Licence</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {backbones.map((backbone) => (
              <Row
                key={backbone.name}
                backbone={backbone}
                isStandard={backbone.name === standard}
                seconds={secondsPerThousand[backbone.name] ?? null}
                onRead={() => setRead(backbone)}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <DocumentDialog backbone={read} onClose={() => setRead(null)} />
    </SectionCard>
  );
}

interface RowProps {
  readonly backbone: BackboneSummary;
  readonly isStandard: boolean;
  readonly seconds: number | null;
  readonly onRead: () => void;
}

function Row({ backbone, isStandard, seconds, onRead }: RowProps) {
  const remove = useCommand('backbones.remove');
  const { name, source, description, notes, terms, documents, diskBytes } = backbone;
  const confirmRemove = async () => {
    const sure = await confirm({
      title: `Remove ${name}?`,
      message: 'Its files are deleted from this computer. Runs trained from it keep their own weights.',
      confirmLabel: 'Remove weights',
      danger: true,
    });
    if (sure) remove.mutate({ name });
  };
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={6}>
          <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          {isStandard && <Badge color="accent">Default</Badge>}
          {source === 'included' && <WeightsBadges backbone={backbone} />}
        </Group>
        <Text size="xs" c="dimmed">
          {[description, ...notes, terms].filter((text) => text !== null).join(' ')}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {formatParameters(backbone.parameters)}
      </Table.Td>
      <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
        {backbone.imageSize} px
      </Table.Td>
      <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
        {timeText(seconds)}
      </Table.Td>
      <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
        {diskBytes === null ? '–' : formatBytes(diskBytes)}
      </Table.Td>
      <Table.Td miw={96}>{backbone.licence ?? 'Not stated'}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <DownloadControl backbone={backbone} onSteps={() => {}} />
          {documents.length > 0 && (
            <Tooltip label="Licence and model card">
              <ActionIcon aria-label={`Licence and model card of ${name}`} onClick={onRead}>
                <FileText size={14} />
              </ActionIcon>
            </Tooltip>
          )}
          {source === 'imported' && (
            <Tooltip label="Remove">
              <ActionIcon aria-label={`Remove ${name}`} loading={remove.isPending} onClick={confirmRemove}>
                <Trash2 size={14} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
