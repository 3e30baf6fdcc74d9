import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface StatProps {
  readonly label: string;
  readonly value: ReactNode;
  /** Shown below the value: an interval, an n, an explanation of the unit. */
  readonly detail?: ReactNode;
}

/** A labelled number. */
export function Stat({ label, value, detail }: StatProps) {
  return (
    <Stack gap={0} miw={0} role="group" aria-label={label}>
      <Text size="xs" c="dimmed" truncate>
        {label}
      </Text>
      <Text size="xl" fw={600} className="tabular" lh={1.3} component="div">
        {value}
      </Text>
      {detail !== undefined && (
        <Text size="xs" c="dimmed" className="tabular" component="div">
          {detail}
        </Text>
      )}
    </Stack>
  );
}
