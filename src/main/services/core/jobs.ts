import { randomUUID } from 'node:crypto';
import { type Job, type JobName, type JobPhase, type JobResult, requests } from '#shared/ipc/contract';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { EngineWork, JobSubject, WorkPhase } from '#shared/models/job';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import type { Events } from './events';

/** What a job's work gets: a signal to stop, and a way to report. */
export interface JobHandle<Phase extends WorkPhase = WorkPhase> {
  readonly signal: AbortSignal;
  /** `total` null where it is not known yet. A new `phase` starts rate and ETA afresh. */
  progress(phase: Phase, done: number, total: number | null, part?: string): void;
  /** Its turn has not come: these run before it, the first one now. */
  waits(behind: readonly EngineWork[]): void;
}

/** A job with the type of what it gives back, which may hold more than the window is shown of it. */
export interface Started<K extends JobName, Value extends JobResult<K> = JobResult<K>> {
  readonly id: string;
  readonly name: K;
  /** Rejects with what the work threw; with `cancelled` where it was cancelled and gave nothing back. */
  readonly result: Promise<Value>;
}

export interface Jobs {
  /** Begins at once and answers at once. When it has ended, the topics that jobs of this name change are announced. */
  start<K extends JobName, Value extends JobResult<K>>(
    name: K,
    subject: Partial<JobSubject>,
    work: (handle: JobHandle<JobPhase<K>>) => Promise<Value>,
  ): Started<K, Value>;
  /** What a job gives back, as the contract says, once it has ended. Rejects as `Started.result`; with `job_unknown`. */
  result(id: string): Promise<unknown>;
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
      throw new FoveaError('job_unknown', 'This job is no longer available.', { hint: 'Start it again.' });
    }
    return entry;
  };

  const dropOldest = () => {
    const ended = [...entries.values()].filter((entry) => entry.job.state !== 'running');
    for (const entry of ended.slice(0, Math.max(0, ended.length - KEPT))) entries.delete(entry.job.id);
  };

  return {
    start(name, { project = null, run = null, split = null }, work) {
      const id = randomUUID();
      const controller = new AbortController();
      const initial: Job = {
        id,
        name,
        subject: { project, run, split },
        state: 'running',
        progress: { kind: 'starting' },
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
      const meter = rateMeter(() => performance.now());
      const handle: JobHandle = {
        signal: controller.signal,
        progress(phase, done, total, part) {
          const rate = meter(phase, done);
          const etaSeconds = secondsLeft(done, total, rate);
          update({ progress: { kind: 'working', phase, part: part ?? null, done, total, rate, etaSeconds } });
          throttled.call();
        },
        waits(behind) {
          update({ progress: { kind: 'waiting', behind } });
          throttled.call();
        },
      };
      const outcome = (async () => {
        // The caller has the job before its first event.
        await Promise.resolve();
        try {
          controller.signal.throwIfAborted();
          const value = await work(handle);
          update({ state: controller.signal.aborted ? 'cancelled' : 'done' });
          return value;
        } catch (error) {
          if (controller.signal.aborted) {
            update({ state: 'cancelled' });
            throw error instanceof FoveaError
              ? error
              : new FoveaError('cancelled', 'This was cancelled.', { cause: error });
          }
          update({ state: 'failed', error: toErrorInfo(error) });
          throw error;
        } finally {
          throttled.stop();
          const { changes } = requests[name];
          // Before its end is told: whoever hears of that finds nothing stale.
          if (changes.length > 0) events.emit('changed', { project, topics: [...changes] });
          emitNow();
          dropOldest();
        }
      })();
      outcome.catch(() => {});
      entries.set(id, { job: initial, controller, outcome });
      events.emit('job', initial);
      return { id, name, result: outcome };
    },
    async result(id) {
      const { job, outcome } = find(id);
      return requests[job.name].result.parse(await outcome);
    },
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
