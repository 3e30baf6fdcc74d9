import { randomUUID } from 'node:crypto';
import { type Job, type JobName, type JobPhase, type JobResult, requests } from '#shared/ipc/contract';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { EngineWork, JobSubject, WorkPhase } from '#shared/models/job';
import { rateMeter, secondsLeft } from '#shared/progress/rate-meter';
import type { Events } from './events';

/** A job as seen by its work: an abort signal and progress reporting. */
export interface JobHandle<Phase extends WorkPhase = WorkPhase> {
  readonly signal: AbortSignal;
  /** `total` is null while unknown. A new `phase` restarts rate and ETA. */
  progress(phase: Phase, done: number, total: number | null, part?: string): void;
  /** Reports that the job is queued behind other work, of which the first is running. */
  reportQueued(behind: readonly EngineWork[]): void;
}

/** A job with the type of its result, which may hold more than the window receives. */
export interface Started<K extends JobName, Value extends JobResult<K> = JobResult<K>> {
  readonly id: string;
  readonly name: K;
  /** Rejects with the work's error, or with `cancelled` if it was cancelled without a result. */
  readonly result: Promise<Value>;
}

export interface Jobs {
  /** Starts a job and returns immediately. When it ends, the topics that this kind of job changes are announced. */
  start<K extends JobName, Value extends JobResult<K>>(
    name: K,
    subject: Partial<JobSubject>,
    work: (handle: JobHandle<JobPhase<K>>) => Promise<Value>,
  ): Started<K, Value>;
  /** Waits for a job and returns its result per the contract. Rejects like `Started.result`, and with `job_unknown`. */
  result(id: string): Promise<unknown>;
  /** Cancels a running job; has no effect on an ended one. */
  cancel(id: string): void;
  get(id: string): Job;
  list(): readonly Job[];
  /** Cancels all jobs and waits for them to end, before the app closes. */
  cancelAll(): Promise<void>;
}

const EVENT_INTERVAL_MS = 100;
/** Ended jobs kept with their results; the oldest are dropped first. */
const MAX_ENDED_JOBS = 100;

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
    for (const entry of ended.slice(0, Math.max(0, ended.length - MAX_ENDED_JOBS))) entries.delete(entry.job.id);
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
        reportQueued(behind) {
          update({ progress: { kind: 'waiting', behind } });
          throttled.call();
        },
      };
      const outcome = (async () => {
        // Yield, so that the caller has the job before its first event.
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
          // Announce changes before the end, so that listeners to the end find nothing stale.
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

/** At most one call per interval; the last call of a burst is not lost. */
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
