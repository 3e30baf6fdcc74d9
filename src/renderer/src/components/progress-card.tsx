import { Button, Group, Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatBytes, formatCount } from '#shared/text/number';
import { formatDuration, formatRate } from '#shared/text/time';
import classes from './section-card.module.css';

export interface ProgressCardProps {
  readonly title: string;
  readonly phase?: string | undefined;
  /** True while queued; `phase` then names what runs first. */
  readonly queued?: boolean | undefined;
  readonly done: number;
  /** Null while the amount is unknown. */
  readonly total: number | null;
  readonly rate?: number | null | undefined;
  /** The unit of `done`, `total` and `rate`; "images" by default. */
  readonly unit?: string | undefined;
  readonly etaSeconds?: number | null | undefined;
  readonly onCancel?: (() => void) | undefined;
  readonly cancelLabel?: string | undefined;
  readonly children?: ReactNode;
}

/** "12 of 240 · 58 images/s · 4 s left"; "31.2 MB of 88.2 MB · 4.0 MB/s · 14 s left" for the unit `bytes`. */
export function progressText(progress: Omit<ProgressCardProps, 'title' | 'children'>): string {
  const { done, total, rate, etaSeconds, unit = 'images' } = progress;
  // Nothing is counted yet: it is starting or queued.
  if (total === null && done === 0) return '';
  const amount = unit === 'bytes' ? formatBytes : formatCount;
  const parts = [total === null ? amount(done) : `${amount(done)} of ${amount(total)}`];
  if (rate !== null && rate !== undefined && rate > 0) parts.push(formatRate(rate, unit));
  if (etaSeconds !== null && etaSeconds !== undefined) parts.push(`${formatDuration(etaSeconds)} left`);
  return parts.join(' · ');
}

/** A long task: progress, speed, remaining time, and a button to cancel it. */
export function ProgressCard(props: ProgressCardProps) {
  const { title, phase, queued = false, done, total, onCancel, cancelLabel = 'Cancel', children } = props;
  const share = total === null || total === 0 ? null : Math.min(100, (done / total) * 100);
  return (
    <section className={classes['card']} aria-label={title}>
      <Group className={classes['header']} justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={600} size="md">
            {title}
          </Text>
          {phase !== undefined && phase !== '' && (
            <Text c="dimmed" size="xs">
              {phase.charAt(0).toUpperCase() + phase.slice(1)}
            </Text>
          )}
        </div>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel} style={{ flex: 'none' }}>
            {cancelLabel}
          </Button>
        )}
      </Group>
      <div className={classes['body']}>
        {!queued && (
          <Progress value={share ?? 100} animated={share === null} striped={share === null} aria-label={title} />
        )}
        <Text size="xs" c="dimmed" className="tabular" mt={6}>
          {progressText(props)}
        </Text>
        {children}
      </div>
    </section>
  );
}
