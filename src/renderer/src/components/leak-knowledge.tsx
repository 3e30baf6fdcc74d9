import { Text } from '@mantine/core';
import { isLeaking, type KnownLeaks, leakStatement } from '#shared/models/known-leaks';

/** What was known of leaks, and when: a line under every result. Nothing for results of older versions. */
export function LeakKnowledge({ leaks }: { readonly leaks: readonly KnownLeaks[] }) {
  if (leaks.length === 0) return null;
  return (
    <Text size="xs" c={isLeaking(leaks) ? 'var(--fovea-warning-text)' : 'dimmed'}>
      {leakStatement(leaks)}
    </Text>
  );
}
