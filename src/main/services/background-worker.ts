import { parentPort } from 'node:worker_threads';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { type Connection, joinProjectStore, type ProjectStore } from '../store/open';
import type { TaskContext, TaskMessage, TaskRequest } from './background/background';
import { backgroundTasks } from './background-tasks';

/**
 * A thread that runs one task at a time. An error other than a `FoveaError` ends it and reaches its creator as an error
 * event.
 */
const post = (message: TaskMessage) => parentPort?.postMessage(message);

/** The last task's project, kept open because the next task is likely about the same one. */
let joined: { readonly connection: Connection; readonly store: ProjectStore } | null = null;
const join = (connection: Connection): ProjectStore => {
  if (joined?.connection.file === connection.file && joined.connection.mode === connection.mode) return joined.store;
  joined?.store.close();
  joined = { connection, store: joinProjectStore(connection) };
  return joined.store;
};

const context: TaskContext = {
  open: ({ id, folder, name, connection }) => ({ id, folder, name, store: join(connection) }),
  onProgress: (phase, done, total) => post({ kind: 'progress', phase, done, total }),
};

parentPort?.on('message', async ({ name, input }: TaskRequest) => {
  const task = backgroundTasks.get(name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  try {
    post({ kind: 'result', result: await task.run(input as never, context) });
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    post({ kind: 'refused', error: toErrorInfo(error) });
  }
});
