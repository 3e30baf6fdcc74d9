import { Anchor, Button, Text } from '@mantine/core';
import { CircleCheck, ListChecks } from 'lucide-react';
import type { MislabelSource, ReviewList, ReviewReason } from '#shared/models/review';
import { formatCount, formatPercent } from '#shared/text/number';
import { EmptyState } from '../../../components/empty-state';
import { useSession } from '../../../state/session';
import { reviewProgress } from './review-queue';
import classes from './review-view.module.css';

export interface ReviewEmptyProps {
  readonly answer: ReviewList;
  readonly reason: ReviewReason | null;
  readonly showResolved: boolean;
  readonly onReason: () => void;
  readonly onShowResolved: () => void;
  readonly onClose: () => void;
}

const goToTrain = () => useSession.getState().go('train');

/** Shown if the queue is empty: everything is resolved, or nothing was found; the latter explains how to find more. */
export function ReviewEmpty({ answer, reason, showResolved, onReason, onShowResolved, onClose }: ReviewEmptyProps) {
  const { reviewed, total } = reviewProgress(answer.counts, reason);
  const untrained = answer.mislabelSource === null && (reason === null || reason === 'suspected-mislabel');
  const done = reviewed > 0 && reviewed === total;
  return (
    <EmptyState
      icon={done ? CircleCheck : ListChecks}
      title={done ? 'Review complete' : reason === null ? 'Nothing to review' : 'No images with this reason'}
      actions={
        <>
          {untrained && <Button onClick={goToTrain}>Go to Train</Button>}
          {done && !showResolved && (
            <Button variant="default" onClick={onShowResolved}>
              Show resolved images
            </Button>
          )}
          {reason === null ? (
            <Button variant="default" onClick={onClose}>
              Back to the images
            </Button>
          ) : (
            <Button variant="default" onClick={onReason}>
              Show all reasons
            </Button>
          )}
        </>
      }
    >
      {!done && reason === null && (
        <Text mb={untrained ? 8 : 0}>
          This queue lists duplicates with different labels, suspected mislabels, reader disagreements, images that are
          dark, blank or unusual, and burned-in text.
        </Text>
      )}
      {untrained &&
        'Suspected mislabels need predictions from a model that was not trained on the image. Run a cross-validation to cover all images, or train and evaluate a run.'}
      {!untrained && reason === 'suspected-mislabel' && !done && sourceText(answer.mislabelSource)}
    </EmptyState>
  );
}

/** The run that suspected mislabels are based on, or how to get one; and how many findings are not listed. */
export function ReviewSource({
  source,
  unlisted,
}: {
  readonly source: MislabelSource | null;
  readonly unlisted: number;
}) {
  return (
    <div className={classes['source']}>
      {/* Items decided on just now are not counted yet. */}
      {unlisted > 10 && (
        <Text size="xs" mb={6}>
          {formatCount(unlisted)} more follow after these.
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {source === null ? (
          <>
            Suspected mislabels need a cross-validation or an evaluated run.{' '}
            <Anchor component="button" type="button" size="xs" onClick={goToTrain}>
              Go to Train
            </Anchor>
          </>
        ) : (
          sourceText(source)
        )}
      </Text>
    </div>
  );
}

function sourceText(source: MislabelSource | null): string {
  if (source === null) return '';
  const { kind, name, images, accuracy } = source;
  const what = kind === 'run' ? 'the run' : 'the cross-validation';
  return `Mislabels are suspected by ${what} “${name}”: ${formatPercent(accuracy)} of its predictions on ${images} images agree with the label.`;
}
