import { Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Package } from 'lucide-react';
import { useState } from 'react';
import type { RequestOutput } from '#shared/ipc/contract';
import type { RunSummary } from '#shared/models/run';
import { invoke, platform } from '../../bridge/bridge';
import { formatCompact } from '../../charts/format';
import { ErrorAlert } from '../../components/error-alert';
import { formatBytes, formatCount, formatPercent } from '../../components/format';
import { Notice } from '../../components/notice';
import { ProgressCard } from '../../components/progress-card';
import { SectionCard } from '../../components/section-card';
import { jobEnd, useJob } from '../../state/activity';
import { useCommand } from '../../state/requests';

type Format = 'hf' | 'onnx';

const formats: readonly { readonly format: Format; readonly title: string; readonly text: string }[] = [
  {
    format: 'hf',
    title: 'Hugging Face folder',
    text: 'config.json, model.safetensors and the image processor. Loads in transformers as AutoModelForImageClassification.',
  },
  {
    format: 'onnx',
    title: 'ONNX',
    text: 'One file that runs in ONNX Runtime and other inference engines, with labels and preprocessing beside it.',
  },
];

/** Writes the best model of a run into a folder and shows that the written model answers as the trained one. */
export function ExportPanel({ project, run }: { readonly project: string; readonly run: RunSummary }) {
  const [jobId, setJobId] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [result, setResult] = useState<{ format: Format; output: RequestOutput<'exports.result'> } | null>(null);
  const job = useJob(jobId);
  const cancel = useCommand('jobs.cancel');

  const start = async (format: Format) => {
    setFailure(null);
    try {
      const parent = await platform.pickFolder({ title: 'Folder to export into' });
      if (parent === null) return;
      setResult(null);
      const { job: id } = await invoke('exports.start', { project, run: run.id, format, parent: parent.grant });
      setJobId(id);
      if ((await jobEnd(id)) !== null) setResult({ format, output: await invoke('exports.result', { job: id }) });
    } catch (error) {
      setFailure(error);
    } finally {
      setJobId(null);
    }
  };

  return (
    <Stack gap="sm">
      <SimpleGrid cols={2} spacing="sm">
        {formats.map(({ format, title, text }) => (
          <SectionCard key={format} title={title} description={text}>
            <Button
              leftSection={<Package size={14} />}
              variant="default"
              disabled={jobId !== null}
              onClick={() => start(format)}
            >
              {format === 'hf' ? 'Export Hugging Face folder' : 'Export ONNX'}
            </Button>
          </SectionCard>
        ))}
      </SimpleGrid>
      {jobId !== null && (
        <ProgressCard
          title="Exporting"
          phase={job?.phase}
          done={job?.done ?? 0}
          total={job?.total ?? null}
          onCancel={() => cancel.mutate({ job: jobId })}
        />
      )}
      {failure !== null && <ErrorAlert error={failure} onClose={() => setFailure(null)} />}
      {result !== null && <ExportResult format={result.format} output={result.output} />}
      <Text size="xs" c="dimmed">
        Every export says that it is for research use only.
      </Text>
    </Stack>
  );
}

function ExportResult({ format, output }: { format: Format; output: RequestOutput<'exports.result'> }) {
  const { parity } = output;
  return (
    <SectionCard title={format === 'hf' ? 'Hugging Face folder written' : 'ONNX written'} description={output.folder}>
      <Notice tone="success" title="Checked against the trained model">
        On {formatCount(parity.images)} images, the largest difference of a probability is{' '}
        <b className="tabular">{formatCompact(parity.maxProbabilityDifference)}</b>, and{' '}
        <b className="tabular">{formatPercent(parity.agreement)}</b> of the answers are the same.
      </Notice>
      <Group mt="xs">
        <Table aria-label="Exported files">
          <Table.Tbody>
            {output.files.map((file) => (
              <Table.Tr key={file.name}>
                <Table.Td>{file.name}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  {formatBytes(file.bytes)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Group>
    </SectionCard>
  );
}
