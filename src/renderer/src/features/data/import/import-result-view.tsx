import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { CircleCheck, TriangleAlert, Zap } from 'lucide-react';
import type { ImportResult } from '#shared/models/dataset';
import { patientsText } from '#shared/models/patient-count';
import { formatCount, formatQuantity } from '#shared/text/number';
import { formatDuration, formatRate } from '#shared/text/time';
import { ClassChip } from '../../../components/class-chip';
import { DialogFooter } from '../../../components/dialog-footer';
import { Stat } from '../../../components/stat';
import { openDestination } from '../../../state/destinations';
import { SkippedFiles } from './skipped-files';

const duplicatesText = ({ moved }: ImportResult): string =>
  moved > 0 ? `${formatCount(moved)} moved, locations updated` : 'identical content, stored once';

/** “4 images added, patients not known”. */
const addedText = (result: ImportResult): string => {
  const images = `${formatQuantity(result.added, 'image')} added`;
  if (result.added === 0) return images;
  return `${images}${result.patients !== null && result.withoutPatient === 0 ? ' of ' : ', '}${patientsText(result)}`;
};

/** Mantine focuses the element with this attribute when the dialog opens. */
const autofocus = { 'data-autofocus': true };

/** Summary of a finished import. */
export function ImportResultView({ result, onClose }: { readonly result: ImportResult; readonly onClose: () => void }) {
  const canTrain = Object.keys(result.classes).length > 0;
  return (
    <Stack gap="md">
      <Group gap={8} wrap="nowrap">
        <CircleCheck size={18} color="var(--fovea-accent-text)" aria-hidden />
        <Text fw={550}>
          {result.added === 0 && result.moved > 0
            ? `${formatQuantity(result.moved, 'image')} relocated`
            : addedText(result)}
        </Text>
      </Group>
      <SimpleGrid cols={4}>
        <Stat label="Added" value={formatCount(result.added)} />
        <Stat
          label="Duplicates"
          value={formatCount(result.duplicates)}
          {...(result.duplicates > 0 ? { detail: duplicatesText(result) } : {})}
        />
        <Stat label="Skipped" value={formatCount(result.skipped.length)} />
        <Stat label="Time" value={formatDuration(result.seconds)} detail={formatRate(result.imagesPerSecond)} />
      </SimpleGrid>
      {Object.keys(result.classes).length > 0 && (
        <Group gap="lg">
          {Object.entries(result.classes).map(([label, count], index) => (
            <Group key={label} gap={6}>
              <ClassChip label={label} index={index} />
              <Text c="dimmed" className="tabular">
                {formatCount(count)}
              </Text>
            </Group>
          ))}
        </Group>
      )}
      {result.warnings.map((warning) => (
        <Alert key={warning} color="orange" variant="light" icon={<TriangleAlert size={16} />} p="xs">
          {warning}
        </Alert>
      ))}
      {result.skipped.length > 0 && <SkippedFiles title="Skipped files" files={result.skipped} />}
      <DialogFooter>
        <Button variant={canTrain ? 'default' : 'filled'} {...(canTrain ? {} : autofocus)} onClick={onClose}>
          Done
        </Button>
        {canTrain && (
          <Button
            {...autofocus}
            leftSection={<Zap size={14} />}
            onClick={() => {
              onClose();
              openDestination('new-run');
            }}
          >
            Go on to Train
          </Button>
        )}
      </DialogFooter>
    </Stack>
  );
}
