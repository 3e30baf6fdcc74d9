import type { LastAction } from '#shared/models/dataset';
import { invoke } from '../../../bridge/bridge';

/** Stamps of the actions that this window has done. */
const doneHere = new Set<string>();

const lastAction = async (project: string): Promise<LastAction | null> =>
  (await invoke('dataset.lastAction', { project })).action;

/** Does something that may be an action that can be undone, and notes that it was done in this window. */
export async function doHere<Answer>(project: string, work: () => Promise<Answer>): Promise<Answer> {
  const before = await lastAction(project);
  const answer = await work();
  const after = await lastAction(project);
  if (after !== null && after.stamp !== before?.stamp) doneHere.add(after.stamp);
  return answer;
}

/**
 * Undoes the last action of the project where this window did it; else answers with what that action is, so that the
 * person can be asked. `undone` is null where there was nothing.
 */
export async function undoHere(
  project: string,
): Promise<{ readonly undone: string | null } | { readonly elsewhere: LastAction }> {
  const last = await lastAction(project);
  if (last === null) return { undone: null };
  if (!doneHere.has(last.stamp)) return { elsewhere: last };
  return { undone: (await invoke('dataset.undo', { project, stamp: last.stamp })).description };
}
