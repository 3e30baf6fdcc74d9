import type { ProjectStore } from './open';

/** Id of a folder that images are imported from, created if new. */
export function sourceNumber(store: ProjectStore, folder: string): number {
  const present = store.get<{ id: number }>('SELECT id FROM sources WHERE folder = ?', folder);
  return (
    present?.id ??
    store.run('INSERT INTO sources (folder, added_at) VALUES (?, ?)', folder, new Date().toISOString()).id
  );
}
