import { useDataShortcuts } from '../parts/use-data-shortcuts';
import type { Labelling } from '../parts/use-labelling';
import { usePlainKeys } from '../parts/use-plain-keys';
import type { Duplicates } from './use-duplicates';

/** Keyboard navigation and actions of the duplicates view. */
export function useDuplicateKeys(options: {
  readonly duplicates: Duplicates;
  readonly labelling: Labelling;
  readonly classNames: readonly string[];
  readonly onClose: () => void;
}): void {
  const { duplicates, labelling, classNames, onClose } = options;
  const { current, go, comparable, pair, setPair, active, judge } = duplicates;
  useDataShortcuts({
    onDigit: (digit) => {
      const label = digit === 0 ? null : classNames[digit - 1];
      if (active !== undefined && label !== undefined) void labelling.label([active.id], label);
    },
    onUndo: labelling.undo,
    onRemove: () => active !== undefined && void labelling.remove([active.id]),
    onEscape: onClose,
  });
  usePlainKeys({
    ArrowDown: () => go(current + 1),
    ArrowUp: () => go(current - 1),
    ArrowLeft: () => setPair({ ...pair, active: 'left' }),
    ArrowRight: () => {
      // Pressed again on the right side: shows the next image of the group.
      const next = pair.active === 'right' ? pair.right + 1 : pair.right;
      setPair({ ...pair, right: next < comparable ? next : 1, active: 'right' });
    },
    k: () => void judge('keep'),
    d: () => void judge('different'),
  });
}
