import { parentPort, workerData } from 'node:worker_threads';
import { toErrorInfo } from '#shared/ipc/errors';
import { makeBatch } from './batch-maker';
import type { LoaderAnswer, LoaderOrder, LoaderSettings } from './loader';

/** A thread that prepares micro-batches, one at a time, in the order in which they are asked for. */
const settings = workerData as LoaderSettings;

parentPort?.on('message', (order: LoaderOrder) => {
  try {
    const batch = makeBatch(order, settings);
    const answer: LoaderAnswer = { id: order.id, batch };
    parentPort?.postMessage(answer, [batch.pixels.buffer as ArrayBuffer, batch.labels.buffer as ArrayBuffer]);
  } catch (error) {
    const answer: LoaderAnswer = { id: order.id, error: toErrorInfo(error) };
    parentPort?.postMessage(answer);
  }
});
