import type { ProjectStore } from './open';

export interface LockHolder {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** Start of its process, see `ProcessMark`. */
  readonly started: string | null;
  /** The locked database file, as given by `filePlace`: a copied project has the same row in another file. */
  readonly place: string | null;
  /** Milliseconds since 1970 of the last renewal. */
  readonly at: number;
}

/** Acquires a named lock unless `isAlive` reports its current holder as alive; then returns that holder. */
export function acquireLock(
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

/** Renews a lock; false if another holder has acquired it. */
export function renewLock(store: ProjectStore, name: string, token: string): boolean {
  return store.run('UPDATE locks SET at = ? WHERE name = ? AND token = ?', Date.now(), name, token).changes === 1;
}

export function releaseLock(store: ProjectStore, name: string, token: string): void {
  store.run('DELETE FROM locks WHERE name = ? AND token = ?', name, token);
}
