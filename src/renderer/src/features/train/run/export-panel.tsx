import { Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Package } from 'lucide-react';
import { useState } from 'react';
import { metricTitle } from '#shared/experiments/metrics';
import type { JobResult } from '#shared/ipc/contract';
import type { ExportFormat } from '#shared/models/export';
import type { PrecisionComparison } from '#shared/models/precision';
import type { RunSummary } from '#shared/models/run';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatFixed,
  formatPercent,
  formatQuantity,
} from '#shared/text/number';
import { formatRate } from '#shared/text/time';
import { platform } from '../../../bridge/bridge';
import { ErrorAlert } from '../../../components/error-alert';
import { JobCard } from '../../../components/job-card';
import { Notice } from '../../../components/notice';
import { SectionCard } from '../../../components/section-card';
import { useJob } from '../../../state/jobs';

interface FormatCard {
  readonly format: ExportFormat;
  readonly title: string;
  readonly text: string;
  readonly button: string;
}

const formats: readonly FormatCard[] = [
  {
    format: 'hf',
    title: 'Hugging Face folder',
    text: 'config.json, model.safetensors and the image processor. Load it with from_pretrained in transformers.',
    button: 'Export folder',
  },
  {
    format: 'onnx',
    title: 'ONNX',
    text: 'One file for ONNX Runtime and other inference engines, with labels and preprocessing in files beside it.',
    button: 'Export ONNX',
  },
  {
    format: 'onnx-int8',
    title: 'ONNX, int8',
    text: 'Smaller and faster on processors, with small differences. Compared with fp32 on the validation images.',
    button: 'Export int8 ONNX',
  },
];

interface Written {
  readonly title: string;
  readonly output: JobResult<'exports.write'>;
}

/** Exports a run's best model into a folder and shows that the exported model predicts like the trained one. */
export function ExportPanel({ project, run }: { readonly project: string; readonly run: RunSummary }) {
  const work = useJob('exports.write', { project, run: run.id });
  const { running, job, result, error } = work;
  const [title, setTitle] = useState('');
  const start = (card: FormatCard) =>
    work.start(async () => {
      const parent = await platform.pickFolder({ title: 'Folder to export into' });
      setTitle(card.title);
      return parent && { project, run: run.id, format: card.format, target: { parent: parent.grant } };
    });

  return (
    <Stack gap="sm">
      <SimpleGrid cols={3} spacing="sm">
        {formats.map((card) => (
          <SectionCard key={card.format} title={card.title} description={card.text}>
            <Button
              leftSection={<Package size={14} />}
              variant="default"
              disabled={running}
              onClick={() => start(card)}
            >
              {card.button}
            </Button>
          </SectionCard>
        ))}
      </SimpleGrid>
      {running && <JobCard job={job} title="Exporting" onCancel={work.cancel} />}
      {error !== null && <ErrorAlert error={error} onClose={work.clearError} />}
      {result !== null && <ExportResult title={title} output={result} />}
      <Text size="xs" c="dimmed">
        Every export is marked for research use only.
      </Text>
    </Stack>
  );
}

function ExportResult({ title, output }: Written) {
  const { parity, comparison } = output;
  return (
    <SectionCard title={`${title}: exported`} description={output.folder}>
      {comparison === null ? (
        <Notice tone="success" title="Checked against the trained model">
          On {formatCount(parity.images)} images, the largest probability difference is{' '}
          <b className="tabular">{formatCompact(parity.maxProbabilityDifference)}</b>, and{' '}
          <b className="tabular">{formatPercent(parity.agreement)}</b> of the predictions are the same.
        </Notice>
      ) : (
        <PrecisionResult comparison={comparison} />
      )}
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

/** Effect of int8: the verdict, then size, speed and accuracy of both files. */
function PrecisionResult({ comparison }: { readonly comparison: PrecisionComparison }) {
  const { fp32, int8, images, agreement, maxProbabilityDifference, warnings } = comparison;
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['Size', formatBytes(fp32.bytes), formatBytes(int8.bytes), formatPercent(int8.bytes / fp32.bytes, 0)],
    [
      'Speed, one image at a time',
      formatRate(fp32.imagesPerSecond),
      formatRate(int8.imagesPerSecond),
      `× ${formatFixed(int8.imagesPerSecond / fp32.imagesPerSecond, 1)}`,
    ],
    [
      metricTitle('accuracy'),
      formatFixed(fp32.accuracy),
      formatFixed(int8.accuracy),
      formatSigned((int8.accuracy - fp32.accuracy) * images),
    ],
  ];
  return (
    <>
      <Notice
        tone={warnings.length > 0 ? 'warning' : 'success'}
        title={warnings.length > 0 ? 'int8 costs accuracy here' : 'int8 keeps the accuracy here'}
        lines={warnings}
      >
        Both files ran on the {formatQuantity(images, 'validation image')}:{' '}
        <b className="tabular">{formatPercent(agreement)}</b> of the predictions are the same, and probabilities differ
        by at most <b className="tabular">{formatCompact(maxProbabilityDifference)}</b>.
      </Notice>
      <Table aria-label="int8 against fp32" mt="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Quality</Table.Th>
            {['fp32', 'int8', 'Change'].map((name) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([name, ...cells]) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              {cells.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the cells of a row have fixed positions
                <Table.Td key={index} ta="right" className="tabular">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

/** "the same", "+1 image", "−2 images". */
function formatSigned(difference: number): string {
  const whole = Math.round(difference);
  if (whole === 0) return 'the same';
  return `${whole > 0 ? '+' : '−'}${formatQuantity(Math.abs(whole), 'image')}`;
}
