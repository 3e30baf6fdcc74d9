import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { Dispatch, FailureLog } from '../ipc/handle';
import { parseRequest } from '../ipc/input-limits';
import { serveStatic } from '../ipc/static-files';
import { eventStream, type SubscribeToEvents } from './event-stream';
import { createToken, hostGuard, originGuard, tokenGuard } from './guards';
import type { Uploads } from './uploads';

export interface WebServerOptions {
  readonly dispatch: Dispatch;
  readonly subscribe: SubscribeToEvents;
  /** The routes of `/resource/...`. */
  readonly resources: Hono;
  readonly uploads: Uploads;
  readonly rendererFolder: string;
  readonly log: FailureLog;
  /** 0 picks a free port. */
  readonly port: number;
}

export interface WebServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  readonly token: string;
  /** The address a person opens: the origin with the token. */
  readonly address: string;
  /** Also ends open connections. The caller disposes of the uploads. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const MAX_REQUEST_BYTES = 16 * 2 ** 20;

/**
 * Serves Fovea to a browser tab, on the loopback interface only: requests by POST, events as server-sent events,
 * resources and the built renderer. Rejects with `port_in_use` if the port is taken.
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const token = createToken();
  let port = options.port;
  const app = createWebApp({ ...options, token, port: () => port });
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = new FoveaError('port_in_use', `Port ${options.port} is in use by another program.`, {
        hint: 'Choose another with --port, or leave it out for a free one.',
        cause: error,
      });
      fail(error.code === 'EADDRINUSE' ? taken : error);
    });
    server.listen(options.port, LOOPBACK, done);
  });
  port = (server.address() as AddressInfo).port;
  const origin = `http://${LOOPBACK}:${port}`;
  return {
    origin,
    port,
    token,
    address: `${origin}/?token=${token}`,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The status that servers log for a client that disconnected; non-standard. */
const CLIENT_CLOSED = 499;

const isDisconnect = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'AbortError' ||
    ('code' in error && ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code))));

interface WebAppOptions extends Omit<WebServerOptions, 'port'> {
  readonly token: string;
  readonly port: () => number;
}

/** The server's routes behind its guards, in order: host, origin, token. */
export function createWebApp(options: WebAppOptions): Hono {
  const app = new Hono();
  app.use(hostGuard(options), originGuard(options), tokenGuard(options));

  app.post('/api/invoke/:name', bodyLimit({ maxSize: MAX_REQUEST_BYTES }), async (context) => {
    if (!context.req.header('content-type')?.startsWith('application/json')) return context.text('JSON only', 415);
    const input = parseRequest(await context.req.text());
    return context.json(await options.dispatch(context.req.param('name'), input), 200, { 'cache-control': 'no-store' });
  });
  app.get('/api/events', (context) => eventStream(options.subscribe, context.req.raw.signal));
  app.route('/', uploadRoutes(options.uploads));
  app.route('/', options.resources);
  app.get('*', async (context) => (await serveStatic(options.rendererFolder, context.req.path)) ?? context.notFound());

  app.onError((error, context) => {
    // Refusals by hono itself, such as a body over the limit.
    if (error instanceof HTTPException) return error.getResponse();
    // The page was closed or the network failed: nobody waits for the response.
    if (context.req.raw.signal.aborted || isDisconnect(error)) return new Response(null, { status: CLIENT_CLOSED });
    if (!(error instanceof FoveaError)) options.log.failure('web', error);
    return context.json({ ok: false, error: toErrorInfo(error) }, error instanceof FoveaError ? 400 : 500);
  });
  return app;
}

function uploadRoutes(uploads: Uploads): Hono {
  const app = new Hono();
  const ok = (value: unknown) => Response.json({ ok: true, value });
  app.post('/api/uploads', async () => ok({ session: await uploads.begin() }));
  app.post('/api/uploads/:session/file', async (context) => {
    const body = context.req.raw.body as Parameters<Uploads['add']>[2];
    await uploads.add(context.req.param('session'), context.req.query('path') ?? '', body);
    return ok({});
  });
  app.post('/api/uploads/:session/finish', async (context) =>
    ok({ grants: await uploads.finish(context.req.param('session')) }),
  );
  return app;
}
