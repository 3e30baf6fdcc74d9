import type { LastAction } from '#shared/models/dataset';
import { invoke } from '../../../bridge/bridge';

/** Stamps of the actions done in this window. */
const ownActions = new Set<string>();

const lastAction = async (project: string): Promise<LastAction | null> =>
  (await invoke('dataset.lastAction', { project })).action;

/** Runs something that may be an undoable action, and records that this window did it. */
export async function trackAction<Answer>(project: string, work: () => Promise<Answer>): Promise<Answer> {
  const before = await lastAction(project);
  const answer = await work();
  const after = await lastAction(project);
  if (after !== null && after.stamp !== before?.stamp) ownActions.add(after.stamp);
  return answer;
}

/**
 * Undoes the project's last action if this window did it; otherwise returns that action's description, so that the
 * person can confirm. `undone` is null if there was nothing to undo.
 */
export async function undoOwnAction(
  project: string,
): Promise<{ readonly undone: string | null } | { readonly elsewhere: LastAction }> {
  const last = await lastAction(project);
  if (last === null) return { undone: null };
  if (!ownActions.has(last.stamp)) return { elsewhere: last };
  return { undone: (await invoke('dataset.undo', { project, stamp: last.stamp })).description };
}
