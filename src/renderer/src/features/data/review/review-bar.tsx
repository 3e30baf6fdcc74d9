import { Button, Group, Kbd, Progress, Select, Switch, Text } from '@mantine/core';
import { ArrowLeft, CheckCheck } from 'lucide-react';
import type { RefObject } from 'react';
import { type ReviewList as ReviewAnswer, type ReviewReason, reviewReasons } from '#shared/models/review';
import { formatCount, formatQuantity } from '#shared/text/number';
import { confirm } from '../../../components/confirm';
import { EditControls } from '../../../components/read-only';
import { TableMenu } from '../../../components/table-menu';
import { reasonNames, reviewProgress, reviewTable } from './review-queue';
import classes from './review-view.module.css';
import type { ReviewQueue } from './use-review-queue';

/** Filters of the review and its progress. `list` gets the focus once a reason is chosen. */
export function ReviewBar(props: {
  readonly queue: ReviewQueue;
  readonly reason: ReviewReason | null;
  readonly showResolved: boolean;
  readonly list: RefObject<HTMLDivElement | null>;
  readonly onChange: (change: { readonly reason?: ReviewReason | null; readonly showResolved?: boolean }) => void;
  readonly onClose: () => void;
}) {
  const { queue, reason, showResolved, list, onChange, onClose } = props;
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
        checked={showResolved}
        onChange={(event) => onChange({ showResolved: event.currentTarget.checked })}
      />
      {answer.data !== undefined && <ReviewProgressBar answer={answer.data} reason={reason} />}
      <Group gap={6} ml="auto" wrap="nowrap">
        <Text size="xs" c="dimmed" visibleFrom="lg" aria-hidden>
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> previous, next · <Kbd size="xs">Ctrl</Kbd>{' '}
          <Kbd size="xs">Z</Kbd> undo
        </Text>
        {reason !== null && items.filter(({ state }) => state !== 'accepted').length > 1 && (
          <EditControls>
            <Button variant="default" leftSection={<CheckCheck size={14} />} onClick={() => void acceptAll()}>
              Accept all
            </Button>
          </EditControls>
        )}
        {items.length > 0 && <TableMenu name="Review" table={() => reviewTable(items)} />}
      </Group>
    </div>
  );
}

function blurActive(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

interface ReasonProps {
  readonly answer: ReviewAnswer | undefined;
  readonly reason: ReviewReason | null;
}

function ReasonPicker({
  answer,
  reason,
  onReason,
}: ReasonProps & { readonly onReason: (reason: ReviewReason | null) => void }) {
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

function ReviewProgressBar({ answer, reason }: ReasonProps & { readonly answer: ReviewAnswer }) {
  const { reviewed, deferred, total } = reviewProgress(answer.counts, reason);
  if (total === 0) return null;
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={(100 * reviewed) / total} w={72} size="sm" aria-hidden />
      <Text size="xs" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }} role="status">
        {formatCount(reviewed)} of {formatCount(total)} reviewed
        {deferred > 0 && `, ${formatCount(deferred)} deferred`}
      </Text>
    </Group>
  );
}
