import { Button, Group, Text } from '@mantine/core';
import { leftOutTexts } from '#shared/models/split-addition';
import { formatCount, formatQuantity } from '#shared/text/number';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { EditControls } from '../../../components/read-only';
import { useCommand, useRequest } from '../../../state/requests';

export interface NewImagesProps {
  readonly project: string;
  /** Labelled images outside the split. */
  readonly outside: number;
}

/** Offers to add images outside the split to train and validation, and says which of them have to stay out. */
export function NewImages({ project, outside }: NewImagesProps) {
  const request = useRequest('dataset.splitAddition', { project }, { enabled: outside > 0, keepPrevious: true });
  const add = useCommand('dataset.addToSplit', { quiet: true });
  const addition = request.data?.addition ?? null;
  if (outside === 0 || addition === null) return null;
  const { train, validation } = addition;
  const joining = train + validation;
  return (
    <Notice
      tone="info"
      title={`${formatQuantity(outside, 'labelled image')} outside this split`}
      lines={leftOutTexts(addition)}
    >
      {joining > 0 && (
        <>
          <Text size="sm">
            {formatCount(train)} can join the training and {formatCount(validation)} the validation images, each with
            its patient and duplicates. The test set stays as it is.
          </Text>
          <Group mt={6}>
            <EditControls>
              <Button
                size="compact-sm"
                variant="default"
                loading={add.isPending}
                onClick={() => add.mutate({ project })}
              >
                Add {formatQuantity(joining, 'new image')} to this split
              </Button>
            </EditControls>
          </Group>
        </>
      )}
      {add.isError && <ErrorAlert error={add.error} onClose={add.reset} />}
    </Notice>
  );
}
