import { Group, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { formatCount } from '#shared/text/number';
import classes from './class-panel.module.css';

/** A titled section of the panel beside the grid. */
export function PanelSection(props: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, action, children } = props;
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes['section']}>
      <Group justify="space-between" h={24} px={8} wrap="nowrap">
        <Text id={id} size="xs" fw={600} c="dimmed">
          {title}
        </Text>
        {action}
      </Group>
      {children}
    </section>
  );
}

export interface PanelRowProps {
  readonly name: string;
  readonly count: number;
  /** Omitted if the row opens something instead of filtering the grid. */
  readonly active?: boolean;
  readonly onClick: () => void;
  readonly dot?: ReactNode;
  readonly bar?: { readonly share: number; readonly colour: string };
  readonly hint?: string;
  readonly warning?: string | null;
  readonly strong?: boolean;
}

/** A clickable name with its count. */
export function PanelRow({
  name,
  count,
  active,
  onClick,
  dot,
  bar,
  hint,
  warning = null,
  strong = false,
}: PanelRowProps) {
  return (
    <UnstyledButton className={classes['row']} aria-pressed={active} onClick={onClick} title={hint}>
      {dot}
      <span className={classes['name']}>{name}</span>
      {warning !== null && (
        <Tooltip label={warning}>
          <TriangleAlert
            size={13}
            role="img"
            aria-label={warning}
            color={strong ? 'var(--mantine-color-error)' : 'var(--fovea-warning-text)'}
          />
        </Tooltip>
      )}
      <span className={classes['count']}>{formatCount(count)}</span>
      {bar !== undefined && (
        <span className={classes['bar']} aria-hidden>
          <span style={{ width: `${Math.max(1, bar.share * 100)}%`, background: bar.colour }} />
        </span>
      )}
    </UnstyledButton>
  );
}
