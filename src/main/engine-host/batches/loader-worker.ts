import { parentPort, workerData } from 'node:worker_threads';
import { toErrorInfo } from '#shared/ipc/errors';
import { makeBatch } from './batch-maker';
import type { LoaderOrder, LoaderReply, LoaderSettings } from './loader';

/** Worker thread that prepares micro-batches one at a time, in the order requested. */
const settings = workerData as LoaderSettings;

parentPort?.on('message', (order: LoaderOrder) => {
  try {
    const batch = makeBatch(order, settings);
    const reply: LoaderReply = { id: order.id, batch };
    parentPort?.postMessage(reply, [batch.pixels.buffer as ArrayBuffer, batch.labels.buffer as ArrayBuffer]);
  } catch (error) {
    const reply: LoaderReply = { id: order.id, error: toErrorInfo(error) };
    parentPort?.postMessage(reply);
  }
});
