import { Group, Loader, Text } from '@mantine/core';

/** Replaces the list of problems while a check runs. */
export function Checking() {
  return (
    <Group gap={8} role="status">
      <Loader size={13} />
      <Text size="xs" c="dimmed">
        Checking settings and split…
      </Text>
    </Group>
  );
}
