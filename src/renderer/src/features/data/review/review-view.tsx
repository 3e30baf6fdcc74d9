import { Center, Loader } from '@mantine/core';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { DatasetSummary } from '#shared/models/dataset';
import type { ReviewList as ReviewAnswer, ReviewDecision, ReviewItem, ReviewReason } from '#shared/models/review';
import { ErrorAlert } from '../../../components/error-alert';
import { Notice } from '../../../components/notice';
import type { Labelling } from '../parts/use-labelling';
import { ReviewBar } from './review-bar';
import { ReviewEmpty, ReviewSource } from './review-empty';
import { ReviewList } from './review-list';
import { ReviewPanel } from './review-panel';
import { ReviewPicture } from './review-picture';
import { itemKey, reviewProgress } from './review-queue';
import classes from './review-view.module.css';
import { useReviewKeys } from './use-review-keys';
import { type ReviewQueue, useReviewQueue } from './use-review-queue';

export interface ReviewViewProps {
  readonly project: string;
  readonly summary: DatasetSummary;
  readonly labelling: Labelling;
  /** Null: all reasons. */
  readonly reason: ReviewReason | null;
  readonly showResolved: boolean;
  readonly onChange: (change: { readonly reason?: ReviewReason | null; readonly showResolved?: boolean }) => void;
  readonly onClose: () => void;
}

/** The review queue: one image at a time, with the reason it is listed and the possible decisions. */
export function ReviewView(props: ReviewViewProps) {
  const { project, summary, labelling, reason, showResolved, onChange, onClose } = props;
  const queue = useReviewQueue({ project, reason, showResolved, labelling });
  const { answer, items, item } = queue;
  const [large, setLarge] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const classNames = useMemo(() => summary.classes.map(({ label }) => label), [summary.classes]);
  // Leave the large view when the last item is gone, so that the message is visible.
  useEffect(() => {
    if (item === undefined) setLarge(false);
  }, [item]);

  const decide = (decision: ReviewDecision) => void queue.decide(decision);
  useReviewKeys({ queue, classNames, decide, onEscape: () => (large ? setLarge(false) : onClose()) });

  return (
    <section className={classes['view']} aria-label="Review">
      <ReviewBar
        queue={queue}
        reason={reason}
        showResolved={showResolved}
        list={list}
        onChange={onChange}
        onClose={onClose}
      />
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
          showResolved={showResolved}
          onReason={() => onChange({ reason: null })}
          onShowResolved={() => onChange({ showResolved: true })}
          onClose={onClose}
        />
      )}
      {answer.data !== undefined && item !== undefined && (
        <ReviewColumns
          project={project}
          queue={queue}
          item={item}
          found={answer.data}
          reason={reason}
          classNames={classNames}
          list={list}
          large={large}
          onLarge={setLarge}
          onDecide={decide}
        />
      )}
    </section>
  );
}

function ReviewColumns(props: {
  readonly project: string;
  readonly queue: ReviewQueue;
  readonly item: ReviewItem;
  readonly found: ReviewAnswer;
  readonly reason: ReviewReason | null;
  readonly classNames: readonly string[];
  readonly list: RefObject<HTMLDivElement | null>;
  readonly large: boolean;
  readonly onLarge: (large: boolean) => void;
  readonly onDecide: (decision: ReviewDecision) => void;
}) {
  const { project, queue, item, found, reason, classNames, list, large } = props;
  const { items, current, go } = queue;
  const classIndex = useMemo(() => new Map(classNames.map((label, index) => [label, index])), [classNames]);
  return (
    <div className={classes['columns']} data-large={large || undefined}>
      <ReviewList
        project={project}
        items={items}
        current={current}
        onCurrent={go}
        list={list}
        footer={
          <ReviewSource
            source={found.mislabelSource}
            unlisted={reviewProgress(found.counts, reason).waiting - items.length}
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
        onLarge={props.onLarge}
      />
      <ReviewPanel
        project={project}
        item={item}
        place={current + 1}
        items={items.length}
        others={items.filter((other) => other.image === item.image && other.reason !== item.reason)}
        classNames={classNames}
        onDecide={props.onDecide}
        onShow={(other) => go(items.indexOf(other))}
      />
    </div>
  );
}
