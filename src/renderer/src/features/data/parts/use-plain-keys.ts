import { useEffect, useRef } from 'react';
import { isDialogOpen, isTyping } from '../../../state/shortcuts';

/**
 * Handles keys without modifiers while no dialog is open and no text field has the focus. Radio buttons keep their
 * arrow keys.
 */
export function usePlainKeys(keys: Readonly<Partial<Record<string, () => void>>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || isDialogOpen()) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith('Arrow') && isRadio(event.target)) return;
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

const isRadio = (target: EventTarget | null) => target instanceof HTMLInputElement && target.type === 'radio';
