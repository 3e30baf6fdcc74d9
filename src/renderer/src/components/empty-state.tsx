import { Center, Group, Stack, Text, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** What this view is for and what to do next. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** Explains why a view is empty and how to fill it. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <Center mih={260} p="xl" h="100%">
      <Stack align="center" gap="sm" maw={460} ta="center">
        <Icon size={32} strokeWidth={1.5} color="var(--fovea-accent-text)" aria-hidden />
        <Title order={2} size="h2">
          {title}
        </Title>
        {children !== undefined && (
          <Text c="dimmed" component="div">
            {children}
          </Text>
        )}
        {actions !== undefined && (
          <Group gap="xs" mt={4} justify="center">
            {actions}
          </Group>
        )}
      </Stack>
    </Center>
  );
}
