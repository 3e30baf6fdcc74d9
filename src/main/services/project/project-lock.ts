import { randomUUID } from 'node:crypto';
import { FoveaError } from '#shared/ipc/errors';
import { filePlace } from '../../process/file-place';
import { isLiving, thisProcess } from '../../process/process-mark';
import { acquireLock, type LockHolder, releaseLock, renewLock } from '../../store/locks';
import type { ProjectStore } from '../../store/open';
import type { OpenProject } from './projects';

const NAME = 'runs';
export const LOCK_RENEWAL_MS = 30_000;
/** A lock of another machine, whose processes cannot be checked, expires after this time without renewal. */
export const LOCK_EXPIRY_MS = 10 * 60_000;

/** Identifies this process in all projects, so that its own locks never block it. */
const TOKEN = randomUUID();

export interface RunsLock {
  readonly release: () => void;
  /** Aborted with a `FoveaError` when another Fovea has taken over the lock: training must pause. */
  readonly lost: AbortSignal;
}

/** This process's lock on a project, shared by all its queued runs. */
interface OwnLock {
  users: number;
  readonly timer: NodeJS.Timeout;
  readonly lost: AbortController;
}
const ownLocks = new WeakMap<ProjectStore, OwnLock>();

/**
 * Prevents other Fovea processes from writing runs of this project; reading and labelling stay possible in all.
 * Lasts until every user has released it, or this process ends. Throws `project_busy`.
 */
export function lockRuns({ store }: OpenProject): RunsLock {
  const other = acquireLock(store, NAME, holder(store), (present) => isValid(present, store));
  if (other !== null) {
    throw new FoveaError('project_busy', `Another Fovea (process ${other.pid}) is training in this project.`, {
      hint: 'Wait until it finishes, or stop it there.',
    });
  }
  const present = ownLocks.get(store);
  const own = present === undefined || present.lost.signal.aborted ? takeOwnLock(store) : present;
  own.users += 1;
  let isReleased = false;
  return {
    lost: own.lost.signal,
    release: () => {
      if (isReleased) return;
      isReleased = true;
      own.users -= 1;
      if (own.users === 0) end(store, own);
    },
  };
}

function takeOwnLock(store: ProjectStore): OwnLock {
  const timer = setInterval(() => keepLock(store), LOCK_RENEWAL_MS);
  timer.unref();
  const own: OwnLock = { users: 0, timer, lost: new AbortController() };
  ownLocks.set(store, own);
  return own;
}

function end(store: ProjectStore, own: OwnLock): void {
  clearInterval(own.timer);
  if (ownLocks.get(store) !== own) return;
  ownLocks.delete(store);
  try {
    releaseLock(store, NAME, TOKEN);
  } catch {
    // The project is closed or its disk is gone; the lock ends with this process.
  }
}

/**
 * Renews the lock. If its row is gone or names another process, that process considered this one dead; the lock is
 * taken again if the other has ended since, and given up if not.
 */
export function keepLock(store: ProjectStore): void {
  const own = ownLocks.get(store);
  if (own === undefined) return;
  try {
    if (renewLock(store, NAME, TOKEN)) return;
    const other = acquireLock(store, NAME, holder(store), (present) => isValid(present, store));
    if (other === null) return;
    clearInterval(own.timer);
    own.lost.abort(
      new FoveaError('lock_lost', `Another Fovea (on ${other.host}) has taken over the runs of this project.`, {
        hint: 'This one had not responded for ten minutes. Resume the run when the other one has finished.',
      }),
    );
  } catch {
    // The next renewal may succeed; the lock expires only after ten minutes.
  }
}

const holder = (store: ProjectStore): LockHolder => ({
  token: TOKEN,
  ...thisProcess(),
  place: filePlace(store.connection.file),
  at: Date.now(),
});

/** A holder on this host is valid while its process lives; one on another host, while it renews the lock. */
function isValid(present: LockHolder, store: ProjectStore): boolean {
  const living = isLiving(present);
  if (living === null) return Date.now() - present.at <= LOCK_EXPIRY_MS;
  if (!living) return false;
  const place = filePlace(store.connection.file);
  return present.place === null || place === null || present.place === place;
}
