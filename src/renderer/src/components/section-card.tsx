import { Box, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './section-card.module.css';

export interface SectionCardProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** Small controls to the right of the title: a table menu, a switch. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Removes the inner padding, for tables and charts that reach the border. */
  readonly flush?: boolean;
}

/** A titled card for one topic of a screen. A region named by its title. */
export function SectionCard({ title, description, actions, children, flush = false }: SectionCardProps) {
  const id = useId();
  return (
    <section className={classes['card']} aria-labelledby={id}>
      <Group justify="space-between" wrap="nowrap" className={classes['header']} gap="xs">
        <Box miw={0}>
          <Title order={2} size="h3" id={id}>
            {title}
          </Title>
          {description !== undefined && (
            <Text c="dimmed" size="xs" component="div">
              {description}
            </Text>
          )}
        </Box>
        {actions !== undefined && (
          <Group gap={4} wrap="nowrap">
            {actions}
          </Group>
        )}
      </Group>
      <div className={flush ? undefined : classes['body']}>{children}</div>
    </section>
  );
}
