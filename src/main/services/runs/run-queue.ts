import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorInfo, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { RunProgress, RunSummary } from '#shared/models/run';
import type { RunConfig } from '#shared/models/run-config';
import type { EngineCall } from '../../engine-host/client/client';
import { isDiskProblem } from '../core/disk-problem';
import type { Events } from '../core/events';
import type { RunsLock } from '../project/project-lock';
import { databasePath } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { saveSummary } from './run-book';
import { restingProgress } from './run-states';

/** A run in this process's hands: it trains, or waits for its turn. */
export interface ActiveRun {
  readonly project: OpenProject;
  readonly lock: RunsLock;
  readonly ended: Promise<void>;
  readonly markEnded: () => void;
  summary: RunSummary;
  progress: RunProgress;
  /** Once its record is read. */
  config: RunConfig | null;
  call: EngineCall<'train'> | null;
  /** Asked for before the engine had the run. */
  asked: 'pause' | 'stop' | null;
  /** Why it is paused, where nobody asked for it. */
  pausedBy: ErrorInfo | null;
  /** True where the disk had no room for its summary: what is in memory counts. */
  unsaved: boolean;
}

/** Where a waiting run can go. */
export type QueueMove = 'up' | 'down' | 'front';

export interface RunQueue {
  find(project: OpenProject, run: string): ActiveRun | undefined;
  /**
   * Puts a run at the end and answers with its summary; it begins when its turn comes. The lock is its own now; where it
   * is lost, the run is paused.
   */
  add(project: OpenProject, summary: RunSummary, lock: RunsLock): Promise<RunSummary>;
  /** What a run in hand is told. Throws `run_not_active` where this process does not have it. */
  control(project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void>;
  /** Among the waiting runs of its project. Throws `run_not_waiting`. */
  move(project: OpenProject, run: string, to: QueueMove): Promise<void>;
  /** Saves changes of a run in hand and tells of them. */
  update(entry: ActiveRun, changes: Partial<RunSummary>): Promise<void>;
  tell(entry: ActiveRun): void;
  /** Pauses all; nothing begins any more. */
  close(): Promise<void>;
}

export interface RunQueueOptions {
  readonly events: Events;
  /** Takes a run from its start to its end, whatever that is; must not throw. */
  readonly carryOut: (entry: ActiveRun) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

const SAVE_AGAIN_MILLISECONDS = 2000;

/** Nothing of the run is to blame: the disk is full, fails or is read-only now, or the project was moved away. */
const isDiskTrouble = (error: unknown, { folder }: OpenProject): boolean =>
  isDiskProblem(error) || (error instanceof FoveaError && !existsSync(databasePath(folder)));

/**
 * The runs that this process has in hand, of all projects: one trains, the others wait in order. `queueOrder` of their
 * summaries keeps that order on disk, so that it is known after a restart.
 */
export function createRunQueue({ events, carryOut, onFailure }: RunQueueOptions): RunQueue {
  const active = new Map<string, ActiveRun>();
  const waiting: ActiveRun[] = [];
  let working: ActiveRun | null = null;
  let closed = false;
  let lastOrder = 0;

  const key = (project: OpenProject, run: string): string => `${project.folder}\u0000${run}`;
  const changed = (project: OpenProject): void => events.emit('changed', { project: project.id, topics: ['runs'] });
  const tell = (entry: ActiveRun): void =>
    events.emit('run.progress', { project: entry.project.id, progress: entry.progress });

  const update = async (entry: ActiveRun, changes: Partial<RunSummary>): Promise<void> => {
    // Taken over at once: another change may come while this one is being written.
    entry.summary = { ...entry.summary, ...changes };
    entry.progress = { ...entry.progress, state: entry.summary.state };
    await save(entry);
    changed(entry.project);
  };

  /** A run does not end because its summary cannot be written: the next change, or its end, tries again. */
  const save = async (entry: ActiveRun): Promise<void> => {
    try {
      const { hasModel, resumable } = await saveSummary(entry.project, entry.summary);
      entry.summary = { ...entry.summary, hasModel, resumable };
      entry.unsaved = false;
    } catch (error) {
      if (!isDiskTrouble(error, entry.project)) throw error;
      entry.unsaved = true;
    }
  };

  /** Until what became of a run is on disk, it stays in this process's hands. */
  const saveAtLast = async (entry: ActiveRun): Promise<void> => {
    while (entry.unsaved && !closed) {
      await sleep(SAVE_AGAIN_MILLISECONDS, undefined, { ref: false });
      await save(entry).catch((error: unknown) => {
        entry.unsaved = false;
        onFailure('run', error);
      });
    }
  };

  const letGo = (entry: ActiveRun): void => {
    active.delete(key(entry.project, entry.summary.id));
    const { step, totalSteps } = entry.progress;
    entry.progress = { ...restingProgress(entry.summary), phase: 'done', step, totalSteps };
    entry.lock.release();
    tell(entry);
    changed(entry.project);
    entry.markEnded();
  };

  const advance = async (): Promise<void> => {
    if (working !== null || closed) return;
    const entry = waiting.shift();
    if (entry === undefined) return;
    working = entry;
    try {
      await carryOut(entry);
    } catch (error) {
      onFailure('run', error);
      entry.summary = { ...entry.summary, state: 'failed', error: toErrorInfo(error) };
    } finally {
      working = null;
      if (entry.unsaved) void saveAtLast(entry).then(() => letGo(entry));
      else letGo(entry);
    }
    void advance();
  };

  const control = async (project: OpenProject, run: string, action: 'pause' | 'stop'): Promise<void> => {
    const entry = active.get(key(project, run));
    if (entry === undefined) throw new FoveaError('run_not_active', 'This run is not training.');
    entry.asked = action;
    const place = waiting.indexOf(entry);
    if (place >= 0) {
      waiting.splice(place, 1);
      const finishedAt = new Date().toISOString();
      await update(entry, { state: action === 'pause' ? 'paused' : 'stopped', finishedAt, error: entry.pausedBy });
      letGo(entry);
      return;
    }
    entry.progress = {
      ...entry.progress,
      message: action === 'pause' ? 'Pausing: saving a checkpoint' : 'Stopping: saving a checkpoint',
    };
    tell(entry);
    entry.call?.control(action);
  };

  const pauseWithoutLock = (entry: ActiveRun): void => {
    entry.pausedBy = toErrorInfo(entry.lock.lost.reason);
    control(entry.project, entry.summary.id, 'pause').catch((error: unknown) => onFailure('run', error));
  };

  return {
    find: (project, run) => active.get(key(project, run)),

    async add(project, summary, lock) {
      let markEnded = () => {};
      const ended = new Promise<void>((resolve) => {
        markEnded = resolve;
      });
      // The clock keeps the order over restarts; two in one millisecond still differ.
      lastOrder = Math.max(lastOrder + 1, Date.now());
      const queued = await saveSummary(project, { ...summary, queueOrder: lastOrder }).catch((error: unknown) => {
        lock.release();
        throw error;
      });
      const entry: ActiveRun = {
        project,
        lock,
        ended,
        markEnded,
        summary: queued,
        progress: restingProgress(queued),
        config: null,
        call: null,
        asked: null,
        pausedBy: null,
        unsaved: false,
      };
      lock.lost.addEventListener('abort', () => pauseWithoutLock(entry), { once: true });
      active.set(key(project, summary.id), entry);
      waiting.push(entry);
      changed(project);
      tell(entry);
      void advance();
      return queued;
    },

    control,

    async move(project, run, to) {
      const slots = waiting.flatMap((entry, slot) => (entry.project.folder === project.folder ? [slot] : []));
      const own = slots.flatMap((slot) => waiting[slot] ?? []);
      const from = own.findIndex((entry) => entry.summary.id === run);
      const [entry] = from < 0 ? [] : own.splice(from, 1);
      if (entry === undefined) {
        throw new FoveaError('run_not_waiting', 'This run is not queued.', {
          hint: 'Only queued runs can be moved in the queue.',
        });
      }
      const target = { up: from - 1, down: from + 1, front: 0 }[to];
      own.splice(Math.min(own.length, Math.max(0, target)), 0, entry);
      const orders = own.map((one) => one.summary.queueOrder).sort((a, b) => a - b);
      // All places first: a turn may come while summaries are being saved.
      for (const [index, one] of own.entries()) waiting[slots[index] ?? 0] = one;
      for (const [index, one] of own.entries()) {
        const queueOrder = orders[index] ?? one.summary.queueOrder;
        if (queueOrder !== one.summary.queueOrder) await update(one, { queueOrder });
      }
    },

    update,
    tell,

    async close() {
      closed = true;
      const open = [...active.values()];
      for (const entry of open) {
        await control(entry.project, entry.summary.id, 'pause').catch(() => {});
      }
      await Promise.all(open.map((entry) => entry.ended));
    },
  };
}
