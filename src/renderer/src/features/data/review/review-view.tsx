import { Button, Center, Group, Kbd, Loader, Progress, Select, Switch, Text } from '@mantine/core';
import { ArrowLeft, CheckCheck } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { DatasetSummary } from '#shared/models/dataset';
import {
  type ReviewList as ReviewAnswer,
  type ReviewDecision,
  type ReviewReason,
  reviewReasons,
} from '#shared/models/review';
import { formatCount, formatQuantity } from '#shared/text/number';
import { Changes } from '../../../components/changes';
import { confirm } from '../../../components/confirm';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import { TableMenu } from '../../../components/table-menu';
import { useDataShortcuts } from '../parts/use-data-shortcuts';
import type { Labelling } from '../parts/use-labelling';
import { usePlainKeys } from '../parts/use-plain-keys';
import { ReviewEmpty, ReviewSource } from './review-empty';
import { ReviewList } from './review-list';
import { ReviewPanel } from './review-panel';
import { ReviewPicture } from './review-picture';
import { itemKey, reasonNames, reviewProgress, reviewTable } from './review-queue';
import classes from './review-view.module.css';
import { useReviewQueue } from './use-review-queue';

export interface ReviewViewProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: Labelling;
  /** Null: all. */
  readonly reason: ReviewReason | null;
  readonly settled: boolean;
  readonly onChange: (change: { readonly reason?: ReviewReason | null; readonly settled?: boolean }) => void;
  readonly onClose: () => void;
}

/** The review queue: one image at a time, with the reason it is listed and the decisions a person can make. */
export function ReviewView(props: ReviewViewProps) {
  const { project, summary, labelling, reason, settled, onChange, onClose } = props;
  const queue = useReviewQueue({ project, reason, settled, labelling });
  const { answer, items, current, item, go } = queue;
  const [large, setLarge] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);
  const classIndex = useMemo(() => new Map(classNames.map((label, index) => [label, index])), [classNames]);
  // What nothing is shown of any more leaves the whole window to what is said instead.
  useEffect(() => {
    if (item === undefined) setLarge(false);
  }, [item]);

  const decide = (decision: ReviewDecision) => void queue.decide(decision);
  const acceptAll = async () => {
    const waiting = items.filter(({ state }) => state !== 'accepted').length;
    const sure = await confirm({
      title: `Accept ${formatQuantity(waiting, 'image')} without review?`,
      message: 'They are accepted as is. You can undo this in one step.',
      confirmLabel: 'Accept all',
    });
    if (sure) await queue.acceptAll();
  };
  useDataShortcuts({
    onDigit: (digit) => {
      const label = digit === 0 ? null : classNames[digit - 1];
      if (label !== undefined) decide({ kind: 'relabel', label });
    },
    onUndo: () => void queue.undo(),
    onRemove: () => decide({ kind: 'exclude' }),
    onEscape: () => (large ? setLarge(false) : onClose()),
  });
  usePlainKeys({
    ArrowDown: () => go(current + 1),
    ArrowRight: () => go(current + 1),
    ArrowUp: () => go(current - 1),
    ArrowLeft: () => go(current - 1),
    a: () => item?.reason !== 'possible-duplicate' && decide({ kind: 'accept' }),
    k: () => item?.reason === 'possible-duplicate' && decide({ kind: 'same' }),
    n: () => item?.reason === 'possible-duplicate' && decide({ kind: 'different' }),
    s: () => item?.suggestion != null && decide({ kind: 'relabel', label: item.suggestion }),
    d: () => decide({ kind: 'defer' }),
    x: () => decide({ kind: 'exclude' }),
    o: () => item !== undefined && item.state !== 'open' && decide({ kind: 'reopen' }),
  });

  return (
    <section className={classes['view']} aria-label="Review">
      <div className={classes['bar']}>
        <Button variant="default" leftSection={<ArrowLeft size={14} />} onClick={onClose}>
          All images
        </Button>
        <ReasonPicker
          answer={answer.data}
          reason={reason}
          onReason={(next) => {
            onChange({ reason: next });
            // The field would keep the keys for itself.
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
      {answer.isError && <ErrorAlert error={answer.error} onRetry={() => answer.refetch()} />}
      {(answer.data?.problems.length ?? 0) > 0 && <Notice tone="warning" lines={answer.data?.problems ?? []} />}
      {answer.isPending && (
        <Center h="100%">
          <Loader size="sm" aria-label="Loading the review queue" />
        </Center>
      )}
      {answer.data !== undefined && items.length === 0 && (
        <ReviewEmpty
          answer={answer.data}
          reason={reason}
          settled={settled}
          onReason={() => onChange({ reason: null })}
          onSettled={() => onChange({ settled: true })}
          onClose={onClose}
        />
      )}
      {answer.data !== undefined && item !== undefined && (
        <div className={classes['columns']} data-large={large || undefined}>
          <ReviewList
            project={project}
            items={items}
            current={current}
            onCurrent={go}
            list={list}
            footer={
              <ReviewSource
                source={answer.data.mislabelSource}
                unlisted={reviewProgress(answer.data.counts, reason).waiting - items.length}
              />
            }
          />
          <ReviewPicture
            key={itemKey(item)}
            project={project}
            image={item.image}
            beside={item.beside}
            classIndex={classIndex}
            large={large}
            onLarge={setLarge}
          />
          <ReviewPanel
            project={project}
            item={item}
            place={current + 1}
            items={items.length}
            others={items.filter((other) => other.image === item.image && other.reason !== item.reason)}
            classNames={classNames}
            onDecide={decide}
            onShow={(other) => go(items.indexOf(other))}
          />
        </div>
      )}
    </section>
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
