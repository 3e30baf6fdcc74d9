import { Button, Group, Text } from '@mantine/core';
import type { RunPreview } from '#shared/models/run-preview';
import { formatQuantity } from '#shared/text/number';
import { Notice } from '../../../components/notice';
import { openDestination } from '../../../state/destinations';

/** The split that a start makes first, and the way to another one. */
export function PlannedSplit({ split }: { readonly split: NonNullable<RunPreview['plannedSplit']> }) {
  const { train, validation, test } = split;
  return (
    <Notice tone="info" title="Start makes the split">
      <Text size="sm">
        {formatQuantity(train, 'image')} to train on, {formatQuantity(validation, 'image')} for validation and{' '}
        {formatQuantity(test, 'image')} for the test. Images of one patient and duplicates stay together.
      </Text>
      <Group mt={6}>
        <Button size="compact-xs" variant="default" onClick={() => openDestination('split')}>
          Choose another split
        </Button>
      </Group>
    </Notice>
  );
}
