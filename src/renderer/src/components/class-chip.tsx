import { Group, Text } from '@mantine/core';
import { classColour } from '../theme/class-colours';

/** A class shown by colour and name; `index` is its position in the dataset's class list, -1 for unlabelled. */
export function ClassChip({ label, index, size = 'sm' }: { label: string; index: number; size?: 'xs' | 'sm' }) {
  return (
    <Group gap={6} wrap="nowrap" miw={0} display="inline-flex">
      <ClassDot index={index} />
      <Text size={size} truncate span>
        {label}
      </Text>
    </Group>
  );
}

export function ClassDot({ index, size = 9 }: { readonly index: number; readonly size?: number }) {
  return (
    <span
      aria-hidden
      style={{
        width: size,
        height: size,
        borderRadius: 3,
        flex: 'none',
        background: index < 0 ? 'transparent' : classColour(index),
        border: index < 0 ? '1px dashed var(--mantine-color-dimmed)' : 'none',
      }}
    />
  );
}
