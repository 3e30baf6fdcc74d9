import { useCallback, useRef, useState } from 'react';
import { inTurn } from '#shared/async/in-turn';
import { invoke } from '../../../bridge/bridge';
import { confirm } from '../../../components/confirm';
import { readOnlyReason } from '../../../components/read-only';
import { showError, showToast, useToasts } from '../../../state/toasts';
import { trackAction, undoOwnAction } from './own-actions';

export interface Undoable {
  /** Runs an undoable change and shows the message it resolves to, unless that is null. False if it failed. */
  readonly act: (work: () => Promise<string | null>) => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/** Runs changes of a project one at a time, each with a toast that offers undo. */
export function useUndoable(project: string): Undoable {
  const [enqueue] = useState(inTurn);
  /** Id of the toast that offers undo; it is dismissed when the action is undone or followed by another. */
  const undoToast = useRef<number | null>(null);
  const dismissUndoToast = useCallback(() => {
    if (undoToast.current !== null) useToasts.getState().remove(undoToast.current);
    undoToast.current = null;
  }, []);

  const undo = useCallback(async () => {
    if (warnIfReadOnly()) return;
    try {
      const answer = await enqueue(() => undoOwnAction(project));
      let undone: string | null;
      if ('elsewhere' in answer) {
        const { stamp, description } = answer.elsewhere;
        const sure = await confirm({
          title: 'Undo a change made elsewhere?',
          message: `The last change was made in another window or an earlier session: ${description}.`,
          confirmLabel: 'Undo',
        });
        if (!sure) return;
        undone = (await enqueue(() => invoke('dataset.undo', { project, stamp }))).description;
      } else undone = answer.undone;
      dismissUndoToast();
      showToast({ message: undone === null ? 'Nothing to undo' : `Undone: ${undone}` });
    } catch (error) {
      showError(error);
    }
  }, [project, enqueue, dismissUndoToast]);

  const act = useCallback(
    async (work: () => Promise<string | null>): Promise<boolean> => {
      if (warnIfReadOnly()) return false;
      try {
        const message = await enqueue(() => trackAction(project, work));
        if (message !== null) {
          dismissUndoToast();
          undoToast.current = showToast({
            kind: 'success',
            message,
            action: { label: 'Undo', run: () => void undo() },
          });
        }
        return true;
      } catch (error) {
        showError(error);
        return false;
      }
    },
    [project, enqueue, undo, dismissUndoToast],
  );

  return { act, undo };
}

/** Explains in a toast why a key does nothing in a read-only project. Returns whether the project is read-only. */
export function warnIfReadOnly(): boolean {
  const reason = readOnlyReason();
  if (reason !== null) showToast({ message: reason });
  return reason !== null;
}
