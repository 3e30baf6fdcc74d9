import { Button, Group, Kbd, Progress, Select, Switch, Text } from '@mantine/core';
import { ArrowLeft, CheckCheck } from 'lucide-react';
import type { RefObject } from 'react';
import { type ReviewList as ReviewAnswer, type ReviewReason, reviewReasons } from '#shared/models/review';
import { formatCount, formatQuantity } from '#shared/text/number';
import { Changes } from '../../../components/changes';
import { confirm } from '../../../components/confirm';
import { TableMenu } from '../../../components/table-menu';
import { reasonNames, reviewProgress, reviewTable } from './review-queue';
import classes from './review-view.module.css';
import type { ReviewQueue } from './use-review-queue';

/** Filters of the review and its progress. `list` gets the focus once a reason is chosen. */
export function ReviewBar(props: {
  readonly queue: ReviewQueue;
  readonly reason: ReviewReason | null;
  readonly settled: boolean;
  readonly list: RefObject<HTMLDivElement | null>;
  readonly onChange: (change: { readonly reason?: ReviewReason | null; readonly settled?: boolean }) => void;
  readonly onClose: () => void;
}) {
  const { queue, reason, settled, list, onChange, onClose } = props;
  const { answer, items } = queue;
  const acceptAll = async () => {
    const waiting = items.filter(({ state }) => state !== 'accepted').length;
    const sure = await confirm({
      title: `Accept ${formatQuantity(waiting, 'image')} without review?`,
      message: 'They are accepted as is. You can undo this in one step.',
      confirmLabel: 'Accept all',
    });
    if (sure) await queue.acceptAll();
  };
  return (
    <div className={classes['bar']}>
      <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onClose}>
        All images
      </Button>
      <ReasonPicker
        answer={answer.data}
        reason={reason}
        onReason={(next) => {
          onChange({ reason: next });
          // The select field would otherwise keep handling the keys.
          if (list.current === null) blurActive();
          else list.current.focus();
        }}
      />
      <Switch
        label="Show resolved"
        size="xs"
        checked={settled}
        onChange={(event) => onChange({ settled: event.currentTarget.checked })}
      />
      {answer.data !== undefined && <LookedAt answer={answer.data} reason={reason} />}
      <Group gap={6} ml="auto" wrap="nowrap">
        <Text size="xs" c="dimmed" visibleFrom="lg" aria-hidden>
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> previous, next · <Kbd size="xs">Ctrl</Kbd>{' '}
          <Kbd size="xs">Z</Kbd> undo
        </Text>
        {reason !== null && items.filter(({ state }) => state !== 'accepted').length > 1 && (
          <Changes>
            <Button variant="default" leftSection={<CheckCheck size={14} />} onClick={() => void acceptAll()}>
              Accept all
            </Button>
          </Changes>
        )}
        {items.length > 0 && <TableMenu name="Review" table={() => reviewTable(items)} />}
      </Group>
    </div>
  );
}

function blurActive(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

interface AnswerOfReason {
  readonly answer: ReviewAnswer | undefined;
  readonly reason: ReviewReason | null;
}

function ReasonPicker({
  answer,
  reason,
  onReason,
}: AnswerOfReason & { readonly onReason: (reason: ReviewReason | null) => void }) {
  const named = (name: string, of: ReviewReason | null) =>
    answer === undefined ? name : `${name} (${formatCount(reviewProgress(answer.counts, of).waiting)})`;
  return (
    <Select
      aria-label="Reason"
      w={210}
      allowDeselect={false}
      value={reason ?? 'all'}
      onChange={(value) => onReason(reviewReasons.find((one) => one === value) ?? null)}
      data={[
        { value: 'all', label: named('All reasons', null) },
        ...reviewReasons.map((value) => ({ value, label: named(reasonNames[value], value) })),
      ]}
    />
  );
}

function LookedAt({ answer, reason }: AnswerOfReason & { readonly answer: ReviewAnswer }) {
  const { looked, deferred, total } = reviewProgress(answer.counts, reason);
  if (total === 0) return null;
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={(100 * looked) / total} w={72} size="sm" aria-hidden />
      <Text size="xs" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }} role="status">
        {formatCount(looked)} of {formatCount(total)} reviewed
        {deferred > 0 && `, ${formatCount(deferred)} deferred`}
      </Text>
    </Group>
  );
}
