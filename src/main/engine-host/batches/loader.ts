import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import type { Batch } from '../../engine/train/session';
import { type BatchOrder, type BatchSettings, makeBatch } from './batch-maker';

export type LoaderSettings = BatchSettings;

export interface LoaderOptions {
  readonly threads?: number;
  /** Runs work that reads images, and repeats it after the disk failed or was disconnected. */
  readonly retry?: <Result>(work: () => Promise<Result>) => Promise<Result>;
}
export interface LoaderOrder extends BatchOrder {
  readonly id: number;
}
export type LoaderReply =
  | { readonly id: number; readonly batch: Batch }
  | { readonly id: number; readonly error: ErrorInfo };

/** Prepares micro-batches in worker threads. */
export interface Loader {
  /** The batches of `orders`, in that order, a few prepared ahead. */
  batches(orders: readonly BatchOrder[]): AsyncIterable<Batch>;
  close(): Promise<void>;
}

/** Batches prepared ahead of the one in use. */
const AHEAD = 2;

/** One thread keeps up with training on a CPU; a GPU with many free cores needs more. */
export const loaderThreads = (cores = availableParallelism()): number =>
  Math.max(1, Math.min(4, Math.floor(cores / 4)));

/** Path of the built worker: beside the host's entry, or one folder up from a shared chunk. */
function workerFile(): string {
  for (const place of ['./loader-worker.js', '../loader-worker.js']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('loader-worker.js is missing from the build');
}

/** Starts the threads. Order and content of the batches depend neither on timing nor on the number of threads. */
export function createLoader(
  settings: LoaderSettings,
  { threads = loaderThreads(), retry = (work) => work() }: LoaderOptions = {},
): Loader {
  const waiting = new Map<number, { resolve(batch: Batch): void; reject(error: unknown): void }>();
  let nextId = 0;
  const failAll = (error: unknown) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const file = workerFile();
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(file, { workerData: settings });
    worker.on('message', (reply: LoaderReply) => {
      const entry = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('batch' in reply) entry?.resolve(reply.batch);
      else entry?.reject(FoveaError.from(reply.error));
    });
    worker.on('error', failAll);
    return worker;
  });

  const request = (order: BatchOrder): Promise<Batch> => {
    const id = nextId++;
    const promise = new Promise<Batch>((resolve, reject) => waiting.set(id, { resolve, reject }));
    // A stop may abandon the batch, and then nothing handles a rejection.
    promise.catch(() => {});
    workers[id % workers.length]?.postMessage({ ...order, id } satisfies LoaderOrder);
    return promise;
  };

  /** Requests a batch once more if its images were unreachable when it was prepared: they may be back already. */
  const awaitBatch = (order: BatchOrder, first: Promise<Batch>): Promise<Batch> => {
    let batch: Promise<Batch> | null = first;
    return retry(async () => {
      try {
        return await (batch ?? request(order));
      } catch (error) {
        if (batch === null || !(error instanceof FoveaError) || error.code !== 'raster_missing') throw error;
        return await request(order);
      } finally {
        batch = null;
      }
    });
  };

  return {
    async *batches(orders) {
      const ahead: { readonly order: BatchOrder; readonly batch: Promise<Batch> }[] = [];
      let next = 0;
      for (let done = 0; done < orders.length; done++) {
        while (next < orders.length && next < done + AHEAD + threads) {
          const order = orders[next++] as BatchOrder;
          ahead.push({ order, batch: request(order) });
        }
        const { order, batch } = ahead.shift() as (typeof ahead)[number];
        yield await awaitBatch(order, batch);
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      failAll(new Error('the loader is closed'));
    },
  };
}

/** Prepares batches on the calling thread, for a handful of images. */
export async function* batchesHere(orders: readonly BatchOrder[], settings: BatchSettings): AsyncIterable<Batch> {
  for (const order of orders) yield makeBatch(order, settings);
}
