import type { ReviewDecision } from '#shared/models/review';
import { useDataShortcuts } from '../parts/use-data-shortcuts';
import { usePlainKeys } from '../parts/use-plain-keys';
import type { ReviewQueue } from './use-review-queue';

/** Keyboard navigation and decisions of the review. */
export function useReviewKeys(options: {
  readonly queue: ReviewQueue;
  readonly classNames: readonly string[];
  readonly decide: (decision: ReviewDecision) => void;
  readonly onEscape: () => void;
}): void {
  const { queue, classNames, decide, onEscape } = options;
  const { current, item, go } = queue;
  useDataShortcuts({
    onDigit: (digit) => {
      const label = digit === 0 ? null : classNames[digit - 1];
      if (label !== undefined) decide({ kind: 'relabel', label });
    },
    onUndo: () => void queue.undo(),
    onRemove: () => decide({ kind: 'exclude' }),
    onEscape,
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
}
