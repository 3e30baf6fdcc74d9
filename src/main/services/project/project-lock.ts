import { randomUUID } from 'node:crypto';
import { FoveaError } from '#shared/ipc/errors';
import { filePlace } from '../../process/file-place';
import { isLiving, thisProcess } from '../../process/process-mark';
import { acquireLock, type LockHolder, releaseLock, renewLock } from '../../store/locks';
import type { ProjectStore } from '../../store/open';
import type { OpenProject } from './projects';

const NAME = 'runs';
export const LOCK_RENEWAL_MS = 30_000;
/** A lock held on another machine, whose processes cannot be checked, expires after this time without renewal. */
export const LOCK_EXPIRY_MS = 10 * 60_000;

/** Identifies this process in all projects, so that its own locks never block it. */
const TOKEN = randomUUID();

export interface RunsLock {
  readonly release: () => void;
  /** Aborted with a `FoveaError` when another Fovea has taken over the lock: training must pause. */
  readonly lost: AbortSignal;
}

/** This process's lock on a project, shared by all its queued runs. */
interface Hold {
  users: number;
  readonly timer: NodeJS.Timeout;
  readonly lost: AbortController;
}
const holds = new WeakMap<ProjectStore, Hold>();

/**
 * Prevents other Fovea processes from writing runs of this project; reading and labelling stay possible in all. Held
 * until every user has released it, or this process ends. Throws `project_busy`.
 */
export function lockRuns({ store }: OpenProject): RunsLock {
  const other = acquireLock(store, NAME, holder(store), (present) => isHeld(present, store));
  if (other !== null) {
    throw new FoveaError('project_busy', `Another Fovea (process ${other.pid}) is training in this project.`, {
      hint: 'Wait until it finishes, or stop it there.',
    });
  }
  const present = holds.get(store);
  const hold = present === undefined || present.lost.signal.aborted ? newHold(store) : present;
  hold.users += 1;
  let held = true;
  return {
    lost: hold.lost.signal,
    release: () => {
      if (!held) return;
      held = false;
      hold.users -= 1;
      if (hold.users === 0) end(store, hold);
    },
  };
}

function newHold(store: ProjectStore): Hold {
  const timer = setInterval(() => keepLock(store), LOCK_RENEWAL_MS);
  timer.unref();
  const hold: Hold = { users: 0, timer, lost: new AbortController() };
  holds.set(store, hold);
  return hold;
}

function end(store: ProjectStore, hold: Hold): void {
  clearInterval(hold.timer);
  if (holds.get(store) !== hold) return;
  holds.delete(store);
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
  const hold = holds.get(store);
  if (hold === undefined) return;
  try {
    if (renewLock(store, NAME, TOKEN)) return;
    const other = acquireLock(store, NAME, holder(store), (present) => isHeld(present, store));
    if (other === null) return;
    clearInterval(hold.timer);
    hold.lost.abort(
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
function isHeld(present: LockHolder, store: ProjectStore): boolean {
  const living = isLiving(present);
  if (living === null) return Date.now() - present.at <= LOCK_EXPIRY_MS;
  if (!living) return false;
  const place = filePlace(store.connection.file);
  return present.place === null || place === null || present.place === place;
}
