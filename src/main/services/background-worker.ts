import { parentPort } from 'node:worker_threads';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { type Connection, joinProjectStore, type ProjectStore } from '../store/open';
import type { TaskContext, TaskMessage, TaskOrder } from './background/background';
import { backgroundTasks } from './background-tasks';

/** A thread that does one task after another. What is no `FoveaError` ends it, and reaches its starter as an error event. */
const say = (message: TaskMessage) => parentPort?.postMessage(message);

/** Kept for the next task, which is most likely about the same project. */
let joined: { readonly connection: Connection; readonly store: ProjectStore } | null = null;
const join = (connection: Connection): ProjectStore => {
  if (joined?.connection.file === connection.file && joined.connection.mode === connection.mode) return joined.store;
  joined?.store.close();
  joined = { connection, store: joinProjectStore(connection) };
  return joined.store;
};

const context: TaskContext = {
  open: ({ id, folder, name, connection }) => ({ id, folder, name, store: join(connection) }),
  onProgress: (phase, done, total) => say({ kind: 'progress', phase, done, total }),
};

parentPort?.on('message', async ({ name, input }: TaskOrder) => {
  const task = backgroundTasks.get(name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  try {
    say({ kind: 'result', result: await task.run(input as never, context) });
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    say({ kind: 'refused', error: toErrorInfo(error) });
  }
});
