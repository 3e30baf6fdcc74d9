import type { ProjectStore } from './open';

export interface LockHolder {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** Of its process, see `ProcessMark`. */
  readonly started: string | null;
  /** The database file that it locks, as `filePlace` names it: a copied project has the row, and is another file. */
  readonly place: string | null;
  /** Milliseconds since 1970 of the last sign of life. */
  readonly at: number;
}

/** Takes a named lock unless `isAlive` says that its present holder still lives; answers with that holder then. */
export function takeLock(
  store: ProjectStore,
  name: string,
  holder: LockHolder,
  isAlive: (present: LockHolder) => boolean,
): LockHolder | null {
  return store.transaction(() => {
    const present = store.get<LockHolder>(
      'SELECT token, host, pid, started, place, at FROM locks WHERE name = ?',
      name,
    );
    if (present !== undefined && present.token !== holder.token && isAlive(present)) return present;
    store.run(
      `INSERT INTO locks (name, token, host, pid, started, place, at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET token = excluded.token, host = excluded.host, pid = excluded.pid,
         started = excluded.started, place = excluded.place, at = excluded.at`,
      name,
      holder.token,
      holder.host,
      holder.pid,
      holder.started,
      holder.place,
      holder.at,
    );
    return null;
  });
}

/** A sign of life; false where another holder has taken the lock over. */
export function renewLock(store: ProjectStore, name: string, token: string): boolean {
  return store.run('UPDATE locks SET at = ? WHERE name = ? AND token = ?', Date.now(), name, token).changes === 1;
}

export function releaseLock(store: ProjectStore, name: string, token: string): void {
  store.run('DELETE FROM locks WHERE name = ? AND token = ?', name, token);
}
