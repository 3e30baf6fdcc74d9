import { useEffect } from 'react';
import { type Screen, useSession } from './session';

const byDigit: readonly Screen[] = ['projects', 'data', 'train', 'evaluate', 'predict'];

/** True while a text field has the focus, which then handles plain keys. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select');
}

/** True while a dialog or menu is open, which then handles all keys. A closed dialog may stay in the page, hidden. */
export function isDialogOpen(): boolean {
  const dialogs = document.querySelectorAll('[role="dialog"][aria-modal="true"], [role="menu"]');
  return [...dialogs].some((dialog) => dialog.checkVisibility());
}

/**
 * Ctrl (or Cmd) or Alt with 1 to 5 opens a screen; both work because browsers reserve one of them for their tabs,
 * depending on the system. `?` opens the list of shortcuts.
 */
export function useGlobalShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const modifiers = Number(event.ctrlKey) + Number(event.metaKey) + Number(event.altKey);
      const digit = /^Digit([1-5])$/.exec(event.code)?.[1];
      if (modifiers === 1 && !event.shiftKey && digit !== undefined) {
        const screen = byDigit[Number(digit) - 1];
        if (screen === undefined || isDialogOpen()) return;
        event.preventDefault();
        useSession.getState().go(screen);
      } else if (event.key === '?' && modifiers === 0 && !isTyping(event.target) && !isDialogOpen()) {
        event.preventDefault();
        useSession.getState().setShortcutsOpen(true);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
