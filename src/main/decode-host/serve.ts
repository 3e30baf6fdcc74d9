import { decodeErrorInfo } from '../ingest/decode-error';
import { connectToParent } from '../process/port';
import type { DecodeAnswer, DecodeRequest } from './protocol';

/** Answers requests in order of arrival; says `ready` first. */
export function serve(run: (request: DecodeRequest) => Promise<unknown>): void {
  const port = connectToParent();
  const answer = (message: DecodeAnswer) => port.send(message);
  port.onMessage((message) => {
    const request = message as DecodeRequest;
    const { id } = request;
    run(request).then(
      (value) => answer({ id, ok: true, value, memoryBytes: process.memoryUsage.rss() }),
      (error: unknown) =>
        answer({ id, ok: false, error: decodeErrorInfo(error), memoryBytes: process.memoryUsage.rss() }),
    );
  });
  port.send('ready');
}
