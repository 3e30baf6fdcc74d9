import { ActionIcon, Button, Code, Group, Progress, Stack, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { Download, FolderInput, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { BackboneSummary } from '#shared/models/backbone';
import { formatBytes, formatParameters } from '#shared/text/number';
import { platform } from '../../../bridge/bridge';
import { confirm } from '../../../components/confirm';
import { Dialog } from '../../../components/dialog';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { useJobById } from '../../../state/activity';
import { startJob } from '../../../state/jobs';
import { useCommand } from '../../../state/requests';
import { showError, showToast } from '../../../state/toasts';

export interface BackboneManagerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly backbones: readonly BackboneSummary[];
  readonly onChoose: (name: string) => void;
}

/** Imports pretrained checkpoints from a folder, or downloads them on request. */
export function BackboneManager({ opened, onClose, backbones, onChoose }: BackboneManagerProps) {
  const imported = backbones.filter(({ source }) => source === 'imported');
  const known = backbones.filter(({ source }) => source === 'catalogue');
  const importFolder = useCommand('backbones.import', {
    quiet: true,
    onSuccess: (backbone) => {
      showToast({ kind: 'success', message: `${backbone.name} is ready to use` });
      onChoose(backbone.name);
    },
  });
  const pick = async () => {
    const folder = await platform.pickFolder({ title: 'A Hugging Face checkpoint folder' });
    if (folder !== null) importFolder.mutate({ grant: folder.grant });
  };
  return (
    <Dialog opened={opened} onClose={onClose} title="Pretrained checkpoints" size="xl">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Text c="dimmed" size="xs">
            A checkpoint is a Hugging Face folder of the ViT family with <Code>config.json</Code> and{' '}
            <Code>model.safetensors</Code>.
          </Text>
          <Button
            leftSection={<FolderInput size={14} />}
            loading={importFolder.isPending}
            style={{ flex: 'none' }}
            onClick={() => pick().catch(showError)}
          >
            Import a folder
          </Button>
        </Group>
        {importFolder.isError && <ErrorAlert error={importFolder.error} onClose={importFolder.reset} />}
        {imported.length > 0 && (
          <Table aria-label="Checkpoints on this computer">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>On this computer</Table.Th>
                <Table.Th ta="right">Parameters</Table.Th>
                <Table.Th ta="right">Input</Table.Th>
                <Table.Th w={130}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {imported.map((backbone) => (
                <ImportedRow key={backbone.name} backbone={backbone} onChoose={onChoose} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Table aria-label="Known checkpoints">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Known checkpoints</Table.Th>
              <Table.Th ta="right">Parameters</Table.Th>
              <Table.Th ta="right">Download</Table.Th>
              <Table.Th>Licence</Table.Th>
              <Table.Th w={130}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {known.map((backbone) => (
              <KnownRow key={backbone.name} backbone={backbone} onChoose={onChoose} />
            ))}
          </Table.Tbody>
        </Table>
        <Notice tone="info" title="Without internet">
          On an online computer, open the checkpoint's page on huggingface.co and save <Code>config.json</Code>,{' '}
          <Code>preprocessor_config.json</Code> and <Code>model.safetensors</Code> to one folder. Copy it to this
          computer, for example on a USB drive, and choose <b>Import a folder</b>. Fovea goes online only during a
          download that you start.
        </Notice>
      </Stack>
    </Dialog>
  );
}

interface RowProps {
  readonly backbone: BackboneSummary;
  readonly onChoose: (name: string) => void;
}

function ImportedRow({ backbone, onChoose }: RowProps) {
  const remove = useCommand('backbones.remove');
  const confirmRemove = async () => {
    const sure = await confirm({
      title: `Remove ${backbone.name}?`,
      message: 'Its files are deleted from this computer. Runs trained from it keep their own weights.',
      confirmLabel: 'Remove checkpoint',
      danger: true,
    });
    if (sure) remove.mutate({ name: backbone.name });
  };
  return (
    <Table.Tr>
      <Table.Td>
        {backbone.name}
        <Text size="xs" c="dimmed">
          {[backbone.description, ...backbone.notes].join(' ')}
        </Text>
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {formatParameters(backbone.parameters)}
      </Table.Td>
      <Table.Td ta="right" className="tabular">
        {backbone.imageSize} px
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button variant="default" size="compact-xs" onClick={() => onChoose(backbone.name)}>
            Use
          </Button>
          <Tooltip label="Remove">
            <ActionIcon aria-label={`Remove ${backbone.name}`} onClick={confirmRemove}>
              <Trash2 size={14} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function KnownRow({ backbone, onChoose }: RowProps) {
  const [jobId, setJobId] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const progress = useJobById(jobId)?.progress;
  // Several downloads may run at once: each row follows its own.
  const download = async () => {
    setFailure(null);
    try {
      const started = await startJob('backbones.download', { name: backbone.name });
      setJobId(started.id);
      await started.result;
    } catch (error) {
      setFailure(error);
    } finally {
      setJobId(null);
    }
  };
  const confirmDownload = async () => {
    const sure = await confirm({
      title: `Download ${backbone.name}?`,
      message: `Fovea connects to huggingface.co and downloads ${backbone.downloadBytes === null ? 'the weights' : formatBytes(backbone.downloadBytes)}. Nothing about you or your images is sent.`,
      confirmLabel: 'Download',
    });
    if (sure) await download();
  };
  const total = progress?.kind === 'working' ? progress.total : null;
  const share = progress?.kind !== 'working' || !total ? null : (progress.done / total) * 100;
  return (
    <>
      <Table.Tr>
        <Table.Td>
          {backbone.name}
          <Text size="xs" c="dimmed">
            {backbone.description}
          </Text>
          {jobId !== null && (
            <Progress
              mt={4}
              value={share ?? 100}
              animated={share === null}
              aria-label={`Download of ${backbone.name}`}
            />
          )}
        </Table.Td>
        <Table.Td ta="right" className="tabular">
          {formatParameters(backbone.parameters)}
        </Table.Td>
        <Table.Td ta="right" className="tabular">
          {backbone.downloadBytes === null ? '–' : formatBytes(backbone.downloadBytes)}
        </Table.Td>
        <Table.Td>{backbone.licence ?? '–'}</Table.Td>
        <Table.Td ta="right">
          {backbone.installed ? (
            <Button variant="default" size="compact-xs" onClick={() => onChoose(backbone.name)}>
              Use
            </Button>
          ) : (
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<Download size={12} />}
              aria-label={`Download ${backbone.name}`}
              loading={jobId !== null}
              onClick={confirmDownload}
            >
              Download
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
      {failure !== null && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <ErrorAlert error={failure} onClose={() => setFailure(null)} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
