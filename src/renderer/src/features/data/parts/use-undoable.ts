import { useCallback, useRef, useState } from 'react';
import { inTurn } from '#shared/async/in-turn';
import { invoke } from '../../../bridge/bridge';
import { readOnlyReason } from '../../../components/changes';
import { confirm } from '../../../components/confirm';
import { showError, showToast, useToasts } from '../../../state/toasts';
import { doHere, undoHere } from './undo-here';

export interface Undoable {
  /** Does something that can be undone, and shows what it answers with, unless that is null. False where it failed. */
  readonly act: (work: () => Promise<string | null>) => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/** Changes of a project one after the other, each with a message that offers to take it back. */
export function useUndoable(project: string): Undoable {
  const [take] = useState(inTurn);
  /** The message that offers to undo the last action; it goes when that is undone or followed by another. */
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
          message: `The last change was made in another window, or before this one was opened: ${description}.`,
          confirmLabel: 'Undo it',
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

/** A key in a read-only project says why it does nothing. */
export function saysReadOnly(): boolean {
  const reason = readOnlyReason();
  if (reason !== null) showToast({ message: reason });
  return reason !== null;
}
