/** Calls `send` for every event of the contract until the returned function is called. */
export type SubscribeToEvents = (send: (name: string, payload: unknown) => void) => () => void;

/** Shorter than the idle timeout of common tunnels and proxies. */
export const HEARTBEAT_MILLISECONDS = 15_000;

/** Server-sent events: one `data:` line of JSON `{name, payload}` per event, and comments as a heartbeat. */
export function eventStream(subscribe: SubscribeToEvents, signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  let end = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      write('retry: 1000\n\n');
      const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MILLISECONDS);
      const unsubscribe = subscribe((name, payload) => write(`data: ${JSON.stringify({ name, payload })}\n\n`));
      end = () => {
        clearInterval(heartbeat);
        unsubscribe();
      };
      signal.addEventListener('abort', () => end(), { once: true });
    },
    cancel: () => end(),
  });
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}
