import { randomUUID } from 'node:crypto';
import { FoveaError } from '#shared/ipc/errors';
import { filePlace } from '../../process/file-place';
import { isLiving, thisProcess } from '../../process/process-mark';
import { type LockHolder, releaseLock, renewLock, takeLock } from '../../store/locks';
import type { ProjectStore } from '../../store/open';
import type { OpenProject } from './projects';

const NAME = 'runs';
export const SIGN_OF_LIFE_MS = 30_000;
/** A holder on another machine, of which nothing else is known, is given up after this. */
export const SILENCE_MS = 10 * 60_000;

/** This process, whatever project: its own locks never stand in its way. */
const TOKEN = randomUUID();

export interface RunsLock {
  readonly release: () => void;
  /** Aborted with a `FoveaError` where another Fovea has taken the lock over: what trains under it must pause. */
  readonly lost: AbortSignal;
}

/** What this process holds of a project: several runs may wait in one queue. */
interface Hold {
  users: number;
  readonly timer: NodeJS.Timeout;
  readonly lost: AbortController;
}
const holds = new WeakMap<ProjectStore, Hold>();

/**
 * Keeps a second Fovea process from writing runs of this project while this one does; reading and labelling go on in
 * both. Held until it is released by all who took it, or until this process is gone. Throws `project_busy`.
 */
export function lockRuns({ store }: OpenProject): RunsLock {
  const other = takeLock(store, NAME, holder(store), (present) => isHeld(present, store));
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
  const timer = setInterval(() => keepLock(store), SIGN_OF_LIFE_MS);
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
    // The project is closed or its disk is gone: the lock ends with this process.
  }
}

/**
 * A sign of life. Where the row is gone or names another, that one had reason to think that this process was not there;
 * the lock is taken again where it has ended since, and given up where it has not.
 */
export function keepLock(store: ProjectStore): void {
  const hold = holds.get(store);
  if (hold === undefined) return;
  try {
    if (renewLock(store, NAME, TOKEN)) return;
    const other = takeLock(store, NAME, holder(store), (present) => isHeld(present, store));
    if (other === null) return;
    clearInterval(hold.timer);
    hold.lost.abort(
      new FoveaError('lock_lost', `Another Fovea (on ${other.host}) has taken over the runs of this project.`, {
        hint: 'This one had not responded for ten minutes. Resume the run when the other one has finished.',
      }),
    );
  } catch {
    // The next sign of life may succeed; ten minutes of silence are allowed.
  }
}

const holder = (store: ProjectStore): LockHolder => ({
  token: TOKEN,
  ...thisProcess(),
  place: filePlace(store.connection.file),
  at: Date.now(),
});

/** Of this host, the holder lives as long as its process does; of another one, as long as it is heard of. */
function isHeld(present: LockHolder, store: ProjectStore): boolean {
  const living = isLiving(present);
  if (living === null) return Date.now() - present.at <= SILENCE_MS;
  if (!living) return false;
  const place = filePlace(store.connection.file);
  return present.place === null || place === null || present.place === place;
}
