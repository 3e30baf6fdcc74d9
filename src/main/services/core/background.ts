import { Worker } from 'node:worker_threads';
import type { EventName, EventPayload } from '#shared/ipc/contract';
import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { Connection } from '../../store/open';
import type { backgroundTasks } from '../background-tasks';
import type { OpenProject } from '../project/projects';
import type { Events } from './events';

type Tasks = typeof backgroundTasks;
export type TaskName = keyof Tasks;
export type TaskInput<Name extends TaskName> = Parameters<Tasks[Name]>[0];
export type TaskResult<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>;

/** What names a project to another thread, which opens it by itself. */
export type ProjectPlace = Pick<OpenProject, 'id' | 'folder' | 'name'> & { readonly connection: Connection };

export const placeOf = ({ id, folder, name, store }: OpenProject): ProjectPlace => ({
  id,
  folder,
  name,
  connection: store.connection,
});

export interface TaskHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

/**
 * Does a task where it holds nothing up. Rejects with what the task threw, with the signal's reason where that is
 * aborted, and with `work_ended` where the thread ended without a result.
 */
export type Background = <Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  hooks?: TaskHooks,
) => Promise<TaskResult<Name>>;

/** What a thread is started with. */
export interface TaskOrder {
  readonly name: TaskName;
  readonly input: unknown;
}

/** What a thread says. */
export type TaskMessage =
  | { readonly kind: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly kind: 'event'; readonly name: EventName; readonly payload: unknown }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorInfo };

/**
 * Each task in a thread of its own, which ends with it: the main thread clones input and result, and waits. `file` is the
 * built `background-worker`.
 */
export function inThreads(file: string, events: Events): Background {
  return <Name extends TaskName>(name: Name, input: TaskInput<Name>, { signal, onProgress }: TaskHooks = {}) =>
    new Promise<TaskResult<Name>>((resolve, reject) => {
      signal?.throwIfAborted();
      const order: TaskOrder = { name, input };
      const worker = new Worker(file, { workerData: order });
      const stop = () => {
        reject(signal?.reason);
        void worker.terminate();
      };
      signal?.addEventListener('abort', stop, { once: true });
      worker.on('message', (message: TaskMessage) => {
        switch (message.kind) {
          case 'progress':
            onProgress?.(message.phase, message.done, message.total);
            break;
          case 'event':
            events.emit(message.name, message.payload as EventPayload<typeof message.name>);
            break;
          case 'result':
            resolve(message.result as TaskResult<Name>);
            break;
          case 'refused': {
            const { code, message: text, hint } = message.error;
            reject(new FoveaError(code, text, hint === null ? {} : { hint }));
          }
        }
      });
      // What nobody planned for: a bug, or no memory left.
      worker.on('error', reject);
      worker.on('exit', () => {
        signal?.removeEventListener('abort', stop);
        // After a result this changes nothing.
        reject(
          new FoveaError('work_ended', 'The computation ended without a result.', {
            hint: 'Try again. If memory ran out, close other programs.',
          }),
        );
      });
    });
}
