import { type ErrorInfo, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { connectToParent } from '../process/port';
import type { DecodeAnswer, DecodeRequest } from './protocol';

/**
 * An error of a job for the user. What is not a `FoveaError` came out of a decoder that met data it did not expect:
 * the file is to blame, and the next job must not be.
 */
export function errorInfoOf(error: unknown): ErrorInfo {
  if (error instanceof FoveaError) return toErrorInfo(error);
  if (error instanceof RangeError && /allocation|array length|memory/i.test(error.message)) {
    return { code: 'too_large', message: 'The image needs more memory than there is.', hint: null };
  }
  return {
    code: 'damaged',
    message: 'The file is damaged: it could not be decoded.',
    hint: 'Export the file again from the archive.',
  };
}

/** Answers requests in order of arrival; says `ready` first. */
export function serve(run: (request: DecodeRequest) => Promise<unknown>): void {
  const port = connectToParent();
  const answer = (message: DecodeAnswer) => port.send(message);
  port.onMessage((message) => {
    const request = message as DecodeRequest;
    const { id } = request;
    run(request).then(
      (value) => answer({ id, ok: true, value, memoryBytes: process.memoryUsage.rss() }),
      (error: unknown) => answer({ id, ok: false, error: errorInfoOf(error), memoryBytes: process.memoryUsage.rss() }),
    );
  });
  port.send('ready');
}
