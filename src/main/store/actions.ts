import type { ProjectStore } from './open';

/** Number of actions that can be undone. */
const DEPTH = 100;

export type ActionKind = 'label' | 'remove' | 'move' | 'judge' | 'review' | 'table' | 'read' | 'settle';

export interface StoredAction {
  readonly id: number;
  /** Distinguishes it from a later action that reuses its number after an undo. */
  readonly stamp: string;
  readonly kind: ActionKind;
  /** What was done, as a noun phrase that follows “Undone:”. */
  readonly description: string;
  /** The previous state, in the format of the service that stored it. */
  readonly before: unknown;
}

export function pushAction(store: ProjectStore, action: Omit<StoredAction, 'id' | 'stamp'>): void {
  const { id } = store.run(
    'INSERT INTO actions (at, kind, description, before) VALUES (?, ?, ?, ?)',
    new Date().toISOString(),
    action.kind,
    action.description,
    JSON.stringify(action.before),
  );
  store.run('DELETE FROM actions WHERE id <= ?', id - DEPTH);
}

export function lastAction(store: ProjectStore): StoredAction | null {
  const row = store.get<{ id: number; at: string; kind: ActionKind; description: string; before: string }>(
    'SELECT id, at, kind, description, before FROM actions ORDER BY id DESC LIMIT 1',
  );
  if (row === undefined) return null;
  const { id, at, kind, description, before } = row;
  return { id, stamp: `${id} ${at}`, kind, description, before: JSON.parse(before) as unknown };
}

export const removeAction = (store: ProjectStore, { id }: StoredAction): void => {
  store.run('DELETE FROM actions WHERE id = ?', id);
};

export function canUndo(store: ProjectStore): boolean {
  return store.get('SELECT 1 FROM actions LIMIT 1') !== undefined;
}

/** Drops undoable moves between splits, which a new split makes meaningless. */
export function forgetMoves(store: ProjectStore): void {
  store.run(`DELETE FROM actions WHERE kind = 'move'`);
}
