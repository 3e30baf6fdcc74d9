import { useCallback, useRef, useState } from 'react';
import { inTurn } from '#shared/async/in-turn';
import { invoke } from '../../../bridge/bridge';
import { readOnlyReason } from '../../../components/changes';
import { confirm } from '../../../components/confirm';
import { showError, showToast, useToasts } from '../../../state/toasts';
import { doHere, undoHere } from './undo-here';

export interface Undoable {
  /** Runs an undoable change and shows the message it resolves to, unless that is null. False if it failed. */
  readonly act: (work: () => Promise<string | null>) => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/** Runs changes of a project one at a time, each with a toast that offers undo. */
export function useUndoable(project: string): Undoable {
  const [take] = useState(inTurn);
  /** Id of the toast that offers undo; it is dismissed when the action is undone or followed by another. */
  const offer = useRef<number | null>(null);
  const withdrawOffer = useCallback(() => {
    if (offer.current !== null) useToasts.getState().remove(offer.current);
    offer.current = null;
  }, []);

  const undo = useCallback(async () => {
    if (saysReadOnly()) return;
    try {
      const answer = await take(() => undoHere(project));
      let undone: string | null;
      if ('elsewhere' in answer) {
        const { stamp, description } = answer.elsewhere;
        const sure = await confirm({
          title: 'Undo a change made elsewhere?',
          message: `The last change was made in another window or an earlier session: ${description}.`,
          confirmLabel: 'Undo',
        });
        if (!sure) return;
        undone = (await take(() => invoke('dataset.undo', { project, stamp }))).description;
      } else undone = answer.undone;
      withdrawOffer();
      showToast({ message: undone === null ? 'Nothing to undo' : `Undone: ${undone}` });
    } catch (error) {
      showError(error);
    }
  }, [project, take, withdrawOffer]);

  const act = useCallback(
    async (work: () => Promise<string | null>): Promise<boolean> => {
      if (saysReadOnly()) return false;
      try {
        const message = await take(() => doHere(project, work));
        if (message !== null) {
          withdrawOffer();
          offer.current = showToast({ kind: 'success', message, action: { label: 'Undo', run: () => void undo() } });
        }
        return true;
      } catch (error) {
        showError(error);
        return false;
      }
    },
    [project, take, undo, withdrawOffer],
  );

  return { act, undo };
}

/** Explains why a key does nothing in a read-only project; false if the project can be changed. */
export function saysReadOnly(): boolean {
  const reason = readOnlyReason();
  if (reason !== null) showToast({ message: reason });
  return reason !== null;
}
