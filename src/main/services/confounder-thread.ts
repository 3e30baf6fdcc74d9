import { Worker } from 'node:worker_threads';
import type { ConfounderImages } from '#shared/confounders/images';
import type { scanConfounders } from '#shared/confounders/scan';
import { FoveaError } from '#shared/ipc/errors';
import type { ConfounderSource } from '#shared/models/confounders';

export type ScanResult = Awaited<ReturnType<typeof scanConfounders>>;

/** What the thread says. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly source: ConfounderSource; readonly done: number; readonly total: number }
  | { readonly kind: 'result'; readonly result: ScanResult };

/** Scans somewhere where it holds nothing up. Rejects with the signal's reason where that is aborted. */
export type ConfounderScanner = (
  images: ConfounderImages,
  hooks: {
    readonly signal: AbortSignal;
    readonly onProgress: (source: ConfounderSource, done: number, total: number) => void;
  },
) => Promise<ScanResult>;

/** In a thread of this process, which is ended when the scan is: the main thread only waits. */
export function scanInThread(file: string): ConfounderScanner {
  return (images, { signal, onProgress }) =>
    new Promise<ScanResult>((resolve, reject) => {
      signal.throwIfAborted();
      const worker = new Worker(file, { workerData: images });
      const stop = () => {
        reject(signal.reason);
        void worker.terminate();
      };
      const end = () => signal.removeEventListener('abort', stop);
      signal.addEventListener('abort', stop, { once: true });
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'progress') onProgress(message.source, message.done, message.total);
        else {
          end();
          resolve(message.result);
        }
      });
      worker.on('error', (cause) => {
        end();
        reject(
          new FoveaError('scan_failed', 'The confounder scan ended with an error.', {
            hint: 'Try again. If memory ran out, close other programs.',
            cause,
          }),
        );
      });
      worker.on('exit', () => {
        end();
        // After a result this changes nothing.
        reject(new FoveaError('scan_failed', 'The confounder scan ended without a result.', { hint: 'Try again.' }));
      });
    });
}
