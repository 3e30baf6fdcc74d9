import { Text } from '@mantine/core';
import { isLeaking, type KnownLeaks, leakStatement } from '#shared/models/known-leaks';

/**
 * A line under every result about the leaks known when it was produced. Renders nothing for results of older versions,
 * which did not record it.
 */
export function KnownLeaksNote({ leaks }: { readonly leaks: readonly KnownLeaks[] }) {
  if (leaks.length === 0) return null;
  return (
    <Text size="xs" c={isLeaking(leaks) ? 'var(--fovea-warning-text)' : 'dimmed'}>
      {leakStatement(leaks)}
    </Text>
  );
}
