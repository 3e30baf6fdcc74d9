import { Group, Loader, Text } from '@mantine/core';

/** In place of what stands in the way of a start, while that is asked. */
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
