import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { FoveaError } from '#shared/ipc/errors';
import { type LockHolder, releaseLock, renewLock, takeLock } from '../store/locks';
import type { ProjectStore } from '../store/open';
import type { OpenProject } from './projects';

const NAME = 'runs';
const SIGN_OF_LIFE_MS = 30_000;
/** A holder on another machine, or one that sleeps, is given up after this. */
const SILENCE_MS = 10 * 60_000;

/** This process, whatever project: its own locks never stand in its way. */
const TOKEN = randomUUID();
/** How often this process holds a project's lock: several runs may wait in one queue. */
const holds = new WeakMap<ProjectStore, number>();

/**
 * Keeps a second Fovea process from writing runs of this project while this one does; reading and labelling go on in
 * both. Released by the returned function, or when this process is gone. Throws `project_busy`.
 */
export function lockRuns(project: OpenProject): () => void {
  const holder: LockHolder = { token: TOKEN, host: hostname(), pid: process.pid, at: Date.now() };
  const other = takeLock(project.store, NAME, holder, isAlive);
  if (other !== null) {
    throw new FoveaError('project_busy', `Another Fovea (process ${other.pid}) is training in this project.`, {
      hint: 'Wait until it has ended, or stop it there.',
    });
  }
  holds.set(project.store, (holds.get(project.store) ?? 0) + 1);
  const timer = setInterval(() => {
    try {
      renewLock(project.store, NAME, TOKEN);
    } catch {
      // The next sign of life may succeed; ten minutes of silence are allowed.
    }
  }, SIGN_OF_LIFE_MS);
  timer.unref();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    clearInterval(timer);
    const left = (holds.get(project.store) ?? 1) - 1;
    holds.set(project.store, left);
    if (left > 0) return;
    try {
      releaseLock(project.store, NAME, TOKEN);
    } catch {
      // The project is closed or its disk is gone: the lock ends with this process.
    }
  };
}

function isAlive(present: LockHolder): boolean {
  if (Date.now() - present.at > SILENCE_MS) return false;
  if (present.host !== hostname()) return true;
  try {
    process.kill(present.pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
