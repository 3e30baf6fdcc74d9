import { parentPort, workerData } from 'node:worker_threads';
import type { ConfounderImages } from '#shared/confounders/images';
import { scanConfounders } from '#shared/confounders/scan';
import type { ThreadMessage } from './confounder-thread';

/** The thread of one confounder scan. What it throws reaches its starter as an error event. */
const say = (message: ThreadMessage) => parentPort?.postMessage(message);

const result = await scanConfounders(workerData as ConfounderImages, undefined, {
  onProgress: (source, done, total) => say({ kind: 'progress', source, done, total }),
});
say({ kind: 'result', result });
