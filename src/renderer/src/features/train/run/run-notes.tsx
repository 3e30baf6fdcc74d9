import { Stack, Table, Text } from '@mantine/core';
import { metricTitle } from '#shared/experiments/metrics';
import type { EpochRecord, RunSummary } from '#shared/models/run';
import { formatFixed } from '#shared/text/number';
import { formatDate, formatDuration } from '#shared/text/time';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import type { TableData } from '../../../components/table-text';
import type { TrainingLog } from './training-log';

export interface RunNotesProps {
  readonly run: RunSummary;
  readonly log: TrainingLog;
  /** Decisions made at the start. */
  readonly notes: readonly string[];
}

/** All epochs of a run as a table, unrounded. */
export function epochTable(epochs: readonly EpochRecord[]): TableData {
  return {
    columns: [
      'Epoch',
      'Step',
      'Training loss',
      'Validation loss',
      metricTitle('accuracy'),
      metricTitle('macroF1'),
      metricTitle('macroRecall'),
      metricTitle('auc'),
      'Best',
      'Seconds',
    ],
    rows: epochs.map(({ epoch, step, trainLoss, validationLoss, metrics, isBest, seconds }) => [
      epoch,
      step,
      trainLoss,
      validationLoss,
      metrics.accuracy,
      metrics.macroF1,
      metrics.macroRecall,
      metrics.auc,
      isBest ? 'yes' : '',
      Number(seconds.toFixed(2)),
    ]),
  };
}

/** Decisions and events of a run in words, and its epochs in numbers. */
export function RunNotes({ run, log, notes }: RunNotesProps) {
  return (
    <Stack gap="sm">
      <SectionCard title="Notes">
        <Stack gap={4}>
          {notes.map((note) => (
            <Text key={note}>{note}</Text>
          ))}
          {log.notes.map((note) => (
            <Text key={`${note.at} ${note.message}`}>
              <Text span c="dimmed" size="xs" className="tabular" mr={8}>
                {formatDate(note.at)}
              </Text>
              {note.message}
            </Text>
          ))}
          {notes.length + log.notes.length === 0 && <Text c="dimmed">No notes.</Text>}
        </Stack>
      </SectionCard>
      <SectionCard
        title="Epochs"
        flush
        actions={<TableMenu name={`${run.name} epochs`} table={() => epochTable(log.epochs)} />}
      >
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Epochs" className="tabular" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Epoch</Table.Th>
                <Table.Th ta="right">Training loss</Table.Th>
                <Table.Th ta="right">Validation loss</Table.Th>
                <Table.Th ta="right">Accuracy</Table.Th>
                <Table.Th ta="right">Macro F1</Table.Th>
                <Table.Th ta="right">AUC</Table.Th>
                <Table.Th ta="right">Time</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {log.epochs.toReversed().map((record) => (
                <Table.Tr key={record.epoch}>
                  <Table.Td>
                    {record.epoch}
                    {record.epoch === run.best?.epoch && (
                      <Text span size="xs" c="var(--fovea-accent-text)" ml={6}>
                        best
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{formatFixed(record.trainLoss)}</Table.Td>
                  <Table.Td ta="right">{formatFixed(record.validationLoss)}</Table.Td>
                  <Table.Td ta="right">{formatFixed(record.metrics.accuracy)}</Table.Td>
                  <Table.Td ta="right">{formatFixed(record.metrics.macroF1)}</Table.Td>
                  <Table.Td ta="right">{formatFixed(record.metrics.auc)}</Table.Td>
                  <Table.Td ta="right">{formatDuration(record.seconds)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </SectionCard>
    </Stack>
  );
}
