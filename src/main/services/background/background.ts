import { Worker } from 'node:worker_threads';
import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { Connection } from '../../store/open';
import type { OpenProject } from '../project/projects';

/** Identifies a project to another thread, which opens its own connection to it. */
export type ProjectPlace = Pick<OpenProject, 'id' | 'folder' | 'name'> & { readonly connection: Connection };

export const placeOf = ({ id, folder, name, store }: OpenProject): ProjectPlace => ({
  id,
  folder,
  name,
  connection: store.connection,
});

/**
 * Changes of up to this many images run on the main thread: that is faster than starting a thread, and labelling by key
 * must not wait.
 */
export const MAX_INLINE_IMAGES = 500;

/** Input of a task about one project. */
export interface OfProject {
  readonly project: ProjectPlace;
}

export interface TaskContext {
  /** Opens a project over the thread's own connection. */
  open(project: ProjectPlace): OpenProject;
  readonly onProgress: (phase: string, done: number, total: number) => void;
}

/** Work that would block the main thread; its input and result can be cloned. */
export interface Task<Input, Result> {
  /** Unique among all tasks: a thread receives the name and looks up the work. */
  readonly name: string;
  run(input: Input, context: TaskContext): Result | Promise<Result>;
}

type TaskOf<Work> = Work extends (input: infer Input, context: TaskContext) => infer Result
  ? Task<Input, Awaited<Result>>
  : never;

/**
 * Declares the functions of a room that run in a background thread. `background-tasks.ts` lists all of them.
 */
export function tasks<Table extends Record<string, (input: never, context: TaskContext) => unknown>>(
  room: string,
  table: Table,
): { readonly [Name in keyof Table]: TaskOf<Table[Name]> } {
  const named = Object.entries(table).map(([name, run]) => [name, { name: `${room}.${name}`, run }]);
  return Object.fromEntries(named) as { readonly [Name in keyof Table]: TaskOf<Table[Name]> };
}

export interface TaskHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

/**
 * Runs a task off the main thread. Rejects with the task's error, with the signal's reason on abort, and with
 * `work_ended` if the thread exits without a result.
 */
export type Background = <Input, Result>(task: Task<Input, Result>, input: Input, hooks?: TaskHooks) => Promise<Result>;

/** Message to a thread. */
export interface TaskRequest {
  readonly name: string;
  readonly input: unknown;
}

/** Message from a thread. `result` and `refused` end a task. */
export type TaskMessage =
  | { readonly kind: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorInfo };

/** Idle threads are kept this long: starting one takes some hundred milliseconds, and requests come in bursts. */
const IDLE_MS = 10_000;
const MAX_IDLE_THREADS = 2;

export interface Threads {
  readonly run: Background;
  /** Ends the threads, which keep a project's database open; busy ones end after their task. */
  release(): Promise<void>;
}

/**
 * Runs each task in a thread of its own. An idle thread is kept for a while for the next task. `file` is the built
 * `background-worker`.
 */
export function inThreads(file: string): Threads {
  const idle = new Map<Worker, NodeJS.Timeout>();
  /** Busy threads that may be kept for another task. */
  const reusable = new Set<Worker>();

  const take = (): Worker => {
    const worker = [...idle.keys()].at(-1) ?? new Worker(file);
    clearTimeout(idle.get(worker));
    idle.delete(worker);
    worker.removeAllListeners().ref();
    reusable.add(worker);
    return worker;
  };
  const end = (worker: Worker): Promise<unknown> => {
    clearTimeout(idle.get(worker));
    idle.delete(worker);
    return worker.terminate();
  };
  const putBack = (worker: Worker): void => {
    if (!reusable.delete(worker) || idle.size >= MAX_IDLE_THREADS) {
      void end(worker);
      return;
    }
    // Neither the thread nor its timer keeps the process alive.
    worker.unref();
    idle.set(worker, setTimeout(() => void end(worker), IDLE_MS).unref());
    const forget = () => {
      clearTimeout(idle.get(worker));
      idle.delete(worker);
    };
    worker.on('error', forget).on('exit', forget);
  };

  const run: Background = <Input, Result>(
    { name }: Task<Input, Result>,
    input: Input,
    { signal, onProgress }: TaskHooks = {},
  ) =>
    new Promise<Result>((resolve, reject) => {
      signal?.throwIfAborted();
      const worker = take();
      const leave = () => {
        signal?.removeEventListener('abort', stop);
        worker.removeAllListeners();
      };
      const stop = () => {
        leave();
        reusable.delete(worker);
        reject(signal?.reason);
        void end(worker);
      };
      signal?.addEventListener('abort', stop, { once: true });
      worker.on('message', (message: TaskMessage) => {
        switch (message.kind) {
          case 'progress':
            onProgress?.(message.phase, message.done, message.total);
            break;
          case 'result':
            leave();
            putBack(worker);
            resolve(message.result as Result);
            break;
          case 'refused':
            leave();
            putBack(worker);
            reject(FoveaError.from(message.error));
        }
      });
      // Unexpected: a bug, or out of memory. The thread has ended.
      worker.on('error', (error) => {
        leave();
        reusable.delete(worker);
        reject(error);
      });
      worker.on('exit', () => {
        leave();
        reusable.delete(worker);
        reject(
          new FoveaError('work_ended', 'The computation returned no result.', {
            hint: 'Try again. If memory ran out, close other programs.',
          }),
        );
      });
      const request: TaskRequest = { name, input };
      worker.postMessage(request);
    });

  return {
    run,
    release: async () => {
      reusable.clear();
      await Promise.all([...idle.keys()].map(end));
    },
  };
}
