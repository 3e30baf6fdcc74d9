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
  /** Does what reads images, again where the disk was away or failed meanwhile. */
  readonly insist?: <Result>(work: () => Promise<Result>) => Promise<Result>;
}
export interface LoaderOrder extends BatchOrder {
  readonly id: number;
}
export type LoaderAnswer =
  | { readonly id: number; readonly batch: Batch }
  | { readonly id: number; readonly error: ErrorInfo };

/** Prepares micro-batches beside the training thread. */
export interface Loader {
  /** The batches of `orders`, in that order, a few prepared ahead. */
  batches(orders: readonly BatchOrder[]): AsyncIterable<Batch>;
  close(): Promise<void>;
}

/** Batches that are ready or under way while one is trained on. */
const AHEAD = 2;

/** One thread feeds a CPU-bound training; more are needed only where a GPU trains and many cores are free. */
export const loaderThreads = (cores = availableParallelism()): number =>
  Math.max(1, Math.min(4, Math.floor(cores / 4)));

/** Where the built worker lies: beside the host's entry, or one folder up from a shared chunk. */
function workerFile(): string {
  for (const place of ['./loader-worker.js', '../loader-worker.js']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('loader-worker.js is missing from the build');
}

/** Starts the threads. Order and content of the batches do not depend on timing or on how many threads there are. */
export function createLoader(
  settings: LoaderSettings,
  { threads = loaderThreads(), insist = (work) => work() }: LoaderOptions = {},
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
    worker.on('message', (answer: LoaderAnswer) => {
      const entry = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('batch' in answer) entry?.resolve(answer.batch);
      else entry?.reject(FoveaError.from(answer.error));
    });
    worker.on('error', failAll);
    return worker;
  });

  const ask = (order: BatchOrder): Promise<Batch> => {
    const id = nextId++;
    const promise = new Promise<Batch>((resolve, reject) => waiting.set(id, { resolve, reject }));
    // It may be left behind by a stop; then nobody waits for it.
    promise.catch(() => {});
    workers[id % workers.length]?.postMessage({ ...order, id } satisfies LoaderOrder);
    return promise;
  };

  /** A batch that was asked for while its images were away is asked for once more: they may be back already. */
  const insistOn = (order: BatchOrder, asked: Promise<Batch>): Promise<Batch> => {
    let batch: Promise<Batch> | null = asked;
    return insist(async () => {
      try {
        return await (batch ?? ask(order));
      } catch (error) {
        if (batch === null || !(error instanceof FoveaError) || error.code !== 'raster_missing') throw error;
        return await ask(order);
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
          ahead.push({ order, batch: ask(order) });
        }
        const { order, batch } = ahead.shift() as (typeof ahead)[number];
        yield await insistOn(order, batch);
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      failAll(new Error('the loader is closed'));
    },
  };
}

/** The same on this thread: for a handful of images. */
export async function* batchesHere(orders: readonly BatchOrder[], settings: BatchSettings): AsyncIterable<Batch> {
  for (const order of orders) yield makeBatch(order, settings);
}
