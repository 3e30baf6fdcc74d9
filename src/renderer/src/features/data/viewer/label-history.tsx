import { Text, Title } from '@mantine/core';
import type { ImageDetail } from '#shared/models/dataset';
import { formatDate } from '#shared/text/time';
import classes from './label-history.module.css';

export interface LabelHistoryProps {
  readonly entries: ImageDetail['labelHistory'];
  readonly className?: string | undefined;
}

/** The labels of an image, oldest first. */
export function LabelHistory({ entries, className }: LabelHistoryProps) {
  return (
    <section className={className} aria-label="Label history">
      <Title order={3} mb={4}>
        Label history
      </Title>
      <ol className={classes['history']}>
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an append-only list without ids
          <li key={index}>
            <Text size="xs" span>
              {entry.label ?? 'Label removed'}
            </Text>
            <Text size="xs" c="dimmed" span>
              {entry.source} · {formatDate(entry.at)}
            </Text>
          </li>
        ))}
      </ol>
    </section>
  );
}
