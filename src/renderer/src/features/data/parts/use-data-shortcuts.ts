import { useEffect, useRef } from 'react';
import { isDialogOpen, isTyping } from '../../../state/shortcuts';

export interface DataShortcuts {
  /** 1 to 9: label with that class; 0: remove the label. */
  readonly onDigit: (digit: number) => void;
  readonly onUndo: () => void;
  readonly onRemove: () => void;
  readonly onEscape: () => void;
}

/** Keys of the Data screen that work regardless of the focus. */
export function useDataShortcuts(shortcuts: DataShortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || isDialogOpen()) return;
      const control = event.ctrlKey || event.metaKey;
      if (control && !event.altKey && event.key.toLowerCase() === 'z' && !event.shiftKey) {
        event.preventDefault();
        latest.current.onUndo();
        return;
      }
      if (control || event.altKey) return;
      if (/^[0-9]$/.test(event.key)) {
        event.preventDefault();
        latest.current.onDigit(Number(event.key));
      } else if (event.key === 'Delete') {
        event.preventDefault();
        latest.current.onRemove();
      } else if (event.key === 'Escape') {
        latest.current.onEscape();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
