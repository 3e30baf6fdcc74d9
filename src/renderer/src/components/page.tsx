import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './page.module.css';
import { ReadOnlyBanner } from './read-only';

export interface PageHeaderProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** Buttons, aligned right. */
  readonly actions?: ReactNode;
}

/** The bar at the top of every screen: title, description and main actions. */
export function PageHeader({ title, description, actions }: PageHeaderProps) {
  return (
    <>
      <header className={classes['header']}>
        <Group justify="space-between" wrap="nowrap" gap="md">
          <Stack gap={0} miw={0}>
            <Title order={1} size="h2">
              {title}
            </Title>
            {description !== undefined && (
              <Text c="dimmed" size="xs" truncate component="div">
                {description}
              </Text>
            )}
          </Stack>
          {actions !== undefined && (
            <Group gap="xs" wrap="nowrap" className={classes['actions']}>
              {actions}
            </Group>
          )}
        </Group>
      </header>
      <ReadOnlyBanner />
    </>
  );
}

/**
 * The scrolling body of a screen, below its header. `wide` uses the whole width; otherwise lines keep a readable
 * length.
 */
export function PageBody({ children, wide = false }: { readonly children: ReactNode; readonly wide?: boolean }) {
  return (
    <div className={classes['body']}>
      <div className={wide ? classes['wide'] : classes['narrow']}>{children}</div>
    </div>
  );
}

/** A full-height screen of header and body. */
export function Page({ children }: { readonly children: ReactNode }) {
  return <div className={classes['page']}>{children}</div>;
}
