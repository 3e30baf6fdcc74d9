import { Worker } from 'node:worker_threads';
import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { Connection } from '../../store/open';
import type { OpenProject } from '../project/projects';

/** What names a project to another thread, which opens it by itself. */
export type ProjectPlace = Pick<OpenProject, 'id' | 'folder' | 'name'> & { readonly connection: Connection };

export const placeOf = ({ id, folder, name, store }: OpenProject): ProjectPlace => ({
  id,
  folder,
  name,
  connection: store.connection,
});

/** So many can be changed at once: that takes less time than to start a thread, and a key that labels is not to wait. */
export const FEW_IMAGES = 500;

/** The project that a task is about. */
export interface OfProject {
  readonly project: ProjectPlace;
}

export interface TaskContext {
  /** A project, over a connection of the thread's own. */
  open(project: ProjectPlace): OpenProject;
  readonly onProgress: (phase: string, done: number, total: number) => void;
}

/** Work that would hold up the main thread, with one input and one result that can be cloned. */
export interface Task<Input, Result> {
  /** Unique among all tasks: a thread is given the name, and finds the work by it. */
  readonly name: string;
  run(input: Input, context: TaskContext): Result | Promise<Result>;
}

type TaskOf<Work> = Work extends (input: infer Input, context: TaskContext) => infer Result
  ? Task<Input, Awaited<Result>>
  : never;

/**
 * The tasks of a room: its own functions, said to be of the kind that runs in a thread. `background-tasks.ts` lists the
 * rooms.
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
 * Does a task where it holds nothing up. Rejects with what the task threw, with the signal's reason where that is
 * aborted, and with `work_ended` where the thread ended without a result.
 */
export type Background = <Input, Result>(task: Task<Input, Result>, input: Input, hooks?: TaskHooks) => Promise<Result>;

/** What a thread is asked. */
export interface TaskOrder {
  readonly name: string;
  readonly input: unknown;
}

/** What a thread says. `result` and `refused` end a task. */
export type TaskMessage =
  | { readonly kind: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorInfo };

/** Starting a thread takes some hundred milliseconds, and what the window asks comes in bursts. */
const IDLE_MS = 10_000;
const MOST_IDLE = 2;

export interface Threads {
  readonly run: Background;
  /** Ends the threads, which keep the database of a project open; those at work after their task. */
  release(): Promise<void>;
}

/**
 * Each task in a thread of its own: the main thread clones input and result, and waits. A thread that is done waits for
 * the next task for a while. `file` is the built `background-worker`.
 */
export function inThreads(file: string): Threads {
  const idle = new Map<Worker, NodeJS.Timeout>();
  /** Threads at work that may wait for another task after this one. */
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
    if (!reusable.delete(worker) || idle.size >= MOST_IDLE) {
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
      // What nobody planned for: a bug, or no memory left. The thread has ended with it.
      worker.on('error', (error) => {
        leave();
        reusable.delete(worker);
        reject(error);
      });
      worker.on('exit', () => {
        leave();
        reusable.delete(worker);
        reject(
          new FoveaError('work_ended', 'The computation ended without a result.', {
            hint: 'Try again. If memory ran out, close other programs.',
          }),
        );
      });
      const order: TaskOrder = { name, input };
      worker.postMessage(order);
    });

  return {
    run,
    release: async () => {
      reusable.clear();
      await Promise.all([...idle.keys()].map(end));
    },
  };
}
