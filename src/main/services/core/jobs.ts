import { randomUUID } from 'node:crypto';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { Job } from '#shared/models/job';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import type { Events } from './events';

/** What a job's work gets: a signal that says stop, and where to report. */
export interface JobHandle {
  readonly signal: AbortSignal;
  /**
   * `total` null where it is not known yet. A new `phase` starts rate and ETA afresh. `waits`: there is nothing to count,
   * for its turn has not come.
   */
  progress(phase: string, done: number, total: number | null, waits?: boolean): void;
}

export interface Jobs {
  /** Begins at once and answers at once. */
  start<T>(
    kind: Job['kind'],
    project: string | null,
    work: (handle: JobHandle) => Promise<T>,
    evaluates?: Job['evaluates'],
  ): Job;
  /**
   * Waits for the end. Rejects with what the work threw; with `cancelled` where it was cancelled and gave nothing back
   * (an import gives back what it had); with `job_unknown`.
   */
  result<T>(id: string): Promise<T>;
  /** Asks a running job to stop; one that has ended stays as it is. */
  cancel(id: string): void;
  get(id: string): Job;
  list(): readonly Job[];
  /** Cancels everything and waits for the ends: before the app closes. */
  cancelAll(): Promise<void>;
}

const EVENT_INTERVAL_MS = 100;
/** Ended jobs that are kept, with their results, until newer ones push them out. */
const KEPT = 100;

interface Entry {
  job: Job;
  readonly controller: AbortController;
  readonly outcome: Promise<unknown>;
}

export function createJobs(events: Events): Jobs {
  const entries = new Map<string, Entry>();

  const find = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) {
      throw new FoveaError('job_unknown', 'This job is not known any more.', { hint: 'Start it again.' });
    }
    return entry;
  };

  const dropOldest = () => {
    const ended = [...entries.values()].filter((entry) => entry.job.state !== 'running');
    for (const entry of ended.slice(0, Math.max(0, ended.length - KEPT))) entries.delete(entry.job.id);
  };

  return {
    start(kind, project, work, evaluates = null) {
      const id = randomUUID();
      const controller = new AbortController();
      const initial: Job = {
        id,
        kind,
        project,
        state: 'running',
        phase: 'starting',
        waits: false,
        done: 0,
        total: null,
        rate: null,
        etaSeconds: null,
        evaluates,
        error: null,
      };
      const update = (changes: Partial<Job>) => {
        const entry = entries.get(id);
        if (entry !== undefined) entry.job = { ...entry.job, ...changes };
      };
      const emitNow = () => {
        const entry = entries.get(id);
        if (entry !== undefined) events.emit('job', entry.job);
      };
      const throttled = throttle(emitNow, EVENT_INTERVAL_MS);
      const rate = rateMeter(() => performance.now());
      const handle: JobHandle = {
        signal: controller.signal,
        progress(phase, done, total, waits = false) {
          const perSecond = rate(phase, done);
          const etaSeconds = secondsLeft(done, total, perSecond);
          update({ phase, waits, done, total, rate: perSecond, etaSeconds });
          throttled.call();
        },
      };
      const outcome = (async () => {
        // The caller has the job before its first event.
        await Promise.resolve();
        try {
          controller.signal.throwIfAborted();
          const value = await work(handle);
          update({ state: controller.signal.aborted ? 'cancelled' : 'done', etaSeconds: null });
          return value;
        } catch (error) {
          if (controller.signal.aborted) {
            update({ state: 'cancelled', etaSeconds: null });
            throw error instanceof FoveaError
              ? error
              : new FoveaError('cancelled', 'This was cancelled.', { cause: error });
          }
          update({ state: 'failed', etaSeconds: null, error: toErrorInfo(error) });
          throw error;
        } finally {
          throttled.stop();
          emitNow();
          dropOldest();
        }
      })();
      outcome.catch(() => {});
      entries.set(id, { job: initial, controller, outcome });
      events.emit('job', initial);
      return initial;
    },
    // The caller names the type that the work of this job has; ids are opaque and come from `start`.
    result: async <T>(id: string) => (await find(id).outcome) as T,
    cancel(id) {
      find(id).controller.abort(new FoveaError('cancelled', 'This was cancelled.'));
    },
    get: (id) => find(id).job,
    list: () => [...entries.values()].map((entry) => entry.job),
    async cancelAll() {
      for (const entry of entries.values()) entry.controller.abort(new FoveaError('cancelled', 'Fovea is closing.'));
      await Promise.allSettled([...entries.values()].map((entry) => entry.outcome));
    },
  };
}

/** At most one call an interval; the last one of a burst is not lost. */
function throttle(call: () => void, interval: number): { call(): void; stop(): void } {
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  return {
    call() {
      const wait = last + interval - performance.now();
      if (wait <= 0) {
        last = performance.now();
        call();
      } else if (timer === null) {
        timer = setTimeout(() => {
          timer = null;
          last = performance.now();
          call();
        }, wait);
        timer.unref();
      }
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
