import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { joinProjectStore, type ProjectStore } from '../store/open';
import { backgroundTasks, type TaskContext } from './background-tasks';
import type { TaskMessage, TaskOrder } from './core/background';
import { createEvents } from './core/events';

/** The thread of one task. What is no `FoveaError` reaches its starter as an error event. */
const say = (message: TaskMessage) => parentPort?.postMessage(message);

const events = createEvents();
events.onAny((name, payload) => say({ kind: 'event', name, payload }));
const stores: ProjectStore[] = [];
const context: TaskContext = {
  open: (project) => {
    const { id, folder, name, connection } = project;
    const store = joinProjectStore(connection);
    stores.push(store);
    return { id, folder, name, store };
  },
  events,
  onProgress: (phase, done, total) => say({ kind: 'progress', phase, done, total }),
};

const { name, input } = workerData as TaskOrder;
const run = backgroundTasks[name] as (input: unknown, context: TaskContext) => unknown;
try {
  say({ kind: 'result', result: await run(input, context) });
} catch (error) {
  if (!(error instanceof FoveaError)) throw error;
  say({ kind: 'refused', error: toErrorInfo(error) });
} finally {
  for (const store of stores) store.close();
}
