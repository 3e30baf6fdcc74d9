import type { ProjectStore } from './open';

/** How many actions can be undone. */
const DEPTH = 100;

export type ActionKind = 'label' | 'remove' | 'move' | 'judge' | 'review' | 'table' | 'read' | 'settle';

export interface StoredAction {
  readonly id: number;
  /** Tells it from one that got the same number after it was undone. */
  readonly stamp: string;
  readonly kind: ActionKind;
  /** What was done, as a noun, to stand after “Undone:”. */
  readonly description: string;
  /** The state before, as the service that wrote it reads it. */
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

/** After a new split the earlier moves between parts have no meaning any more. */
export function forgetMoves(store: ProjectStore): void {
  store.run(`DELETE FROM actions WHERE kind = 'move'`);
}
