import { decodeErrorInfo } from '../ingest/decode-error';
import { connectToParent } from '../process/port';
import type { DecodeReply, DecodeRequest } from './protocol';

/** Sends `ready`, then answers requests in order of arrival. */
export function serve(run: (request: DecodeRequest) => Promise<unknown>): void {
  const port = connectToParent();
  const reply = (message: DecodeReply) => port.send(message);
  port.onMessage((message) => {
    const request = message as DecodeRequest;
    const { id } = request;
    run(request).then(
      (value) => reply({ id, ok: true, value, memoryBytes: process.memoryUsage.rss() }),
      (error: unknown) =>
        reply({ id, ok: false, error: decodeErrorInfo(error), memoryBytes: process.memoryUsage.rss() }),
    );
  });
  port.send('ready');
}
