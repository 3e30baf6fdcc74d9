import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { RunSummary } from '#shared/models/run';
import type { Events } from '../core/events';
import type { RunsLock } from '../project/project-lock';
import type { OpenProject } from '../project/projects';
import { ActiveRun } from './active-run';
import { saveSummary } from './run-store';

/** Moves of a queued run. */
export type QueueMove = 'up' | 'down' | 'front';

export interface RunQueue {
  find(project: OpenProject, run: string): ActiveRun | undefined;
  /**
   * Queues a run and returns its updated summary. The run takes over the lock, and is paused if the lock is lost.
   */
  add(project: OpenProject, summary: RunSummary, lock: RunsLock): Promise<RunSummary>;
  /** Pauses or stops a run. Throws `run_not_active` if this process neither trains nor queues it. */
  control(project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void>;
  /** Moves a run among the queued runs of its project. Throws `run_not_waiting`. */
  move(project: OpenProject, run: string, to: QueueMove): Promise<void>;
  /** Pauses all runs and starts no more. */
  close(): Promise<void>;
}

export interface RunQueueOptions {
  readonly events: Events;
  /** Trains a run to its end, in any state. Must not throw. */
  readonly execute: (run: ActiveRun) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/**
 * The active runs of this process, of all projects: one trains, the others are queued. `queueOrder` in their summaries
 * keeps the order on disk across restarts.
 */
export function createRunQueue({ events, execute, onFailure }: RunQueueOptions): RunQueue {
  const active = new Map<string, ActiveRun>();
  const waiting: ActiveRun[] = [];
  let working: ActiveRun | null = null;
  let closed = false;
  let lastOrder = 0;

  const key = (project: OpenProject, run: string): string => `${project.folder}\u0000${run}`;

  const release = (run: ActiveRun): void => {
    active.delete(key(run.project, run.summary.id));
    run.release();
  };

  const advance = async (): Promise<void> => {
    if (working !== null || closed) return;
    const run = waiting.shift();
    if (run === undefined) return;
    working = run;
    try {
      await execute(run);
    } catch (error) {
      onFailure('run', error);
      run.markFailed(toErrorInfo(error));
    } finally {
      working = null;
      // The run stays active until its final state is on disk.
      if (run.isUnsaved) {
        const isClosed = () => closed;
        void run.retrySave(isClosed, (error) => onFailure('run', error)).then(() => release(run));
      } else release(run);
    }
    void advance();
  };

  const control = async (project: OpenProject, id: string, action: 'pause' | 'stop'): Promise<void> => {
    const run = active.get(key(project, id));
    if (run === undefined) throw new FoveaError('run_not_active', 'This run is not training.');
    const place = waiting.indexOf(run);
    if (place >= 0) {
      waiting.splice(place, 1);
      const finishedAt = new Date().toISOString();
      await run.update({ state: action === 'pause' ? 'paused' : 'stopped', finishedAt, error: run.pausedBy });
      release(run);
      return;
    }
    run.report({ message: action === 'pause' ? 'Pausing: saving a checkpoint' : 'Stopping: saving a checkpoint' });
    run.request(action);
  };

  const pauseWithoutLock = (run: ActiveRun, reason: unknown): void => {
    run.setPauseReason(toErrorInfo(reason));
    control(run.project, run.summary.id, 'pause').catch((error: unknown) => onFailure('run', error));
  };

  return {
    find: (project, run) => active.get(key(project, run)),

    async add(project, summary, lock) {
      // The clock keeps the order across restarts; two runs in one millisecond still differ.
      lastOrder = Math.max(lastOrder + 1, Date.now());
      const queued = await saveSummary(project, { ...summary, queueOrder: lastOrder }).catch((error: unknown) => {
        lock.release();
        throw error;
      });
      const run = new ActiveRun(project, queued, lock, events);
      run.onLockLost((reason) => pauseWithoutLock(run, reason));
      active.set(key(project, summary.id), run);
      waiting.push(run);
      run.announce();
      void advance();
      return queued;
    },

    control,
    move: (project, run, to) => moveWaiting(waiting, project, run, to),

    async close() {
      closed = true;
      const open = [...active.values()];
      for (const run of open) await control(run.project, run.summary.id, 'pause').catch(() => {});
      await Promise.all(open.map((run) => run.ended));
    },
  };
}

/** Reorders the runs of one project in `waiting` and saves the order. Throws `run_not_waiting`. */
async function moveWaiting(waiting: ActiveRun[], project: OpenProject, id: string, to: QueueMove): Promise<void> {
  const slots = waiting.flatMap((run, slot) => (run.project.folder === project.folder ? [slot] : []));
  const own = slots.flatMap((slot) => waiting[slot] ?? []);
  const from = own.findIndex((run) => run.summary.id === id);
  const [moved] = from < 0 ? [] : own.splice(from, 1);
  if (moved === undefined) {
    throw new FoveaError('run_not_waiting', 'This run is not queued.', {
      hint: 'Only queued runs can be moved in the queue.',
    });
  }
  const target = { up: from - 1, down: from + 1, front: 0 }[to];
  own.splice(Math.min(own.length, Math.max(0, target)), 0, moved);
  const orders = own.map((run) => run.summary.queueOrder).sort((a, b) => a - b);
  // All places are assigned first: the next run may start while summaries are being saved.
  for (const [index, run] of own.entries()) waiting[slots[index] ?? 0] = run;
  for (const [index, run] of own.entries()) {
    const queueOrder = orders[index] ?? run.summary.queueOrder;
    if (queueOrder !== run.summary.queueOrder) await run.update({ queueOrder });
  }
}
