import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebServer, type WebServer } from './server';
import { createUploads, type Uploads } from './uploads';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Sends a request with Node's HTTP client: fetch would not let a test set `Host` or `Origin`. */
function send(
  server: WebServer,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: server.port, path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** Sends the head of a POST without a body; a server that checks sizes first can answer it at once. */
function announce(server: WebServer, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.once('data', (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(['POST /api/invoke/app.info HTTP/1.1', ...lines, '', ''].join('\r\n'));
  });
}

describe('web mode', () => {
  let folder: string;
  let server: WebServer;
  let uploads: Uploads;
  const granted: string[] = [];
  const failures: unknown[] = [];
  /** Outcomes of uploads by path: null if kept, else the error. */
  const ended = new Map<string, unknown>();
  const called: { name: string; input: unknown }[] = [];
  const subscribers = new Set<(name: string, payload: unknown) => void>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fovea-web-test-'));
    await mkdir(join(folder, 'renderer/assets'), { recursive: true });
    await writeFile(join(folder, 'renderer/index.html'), '<!doctype html><title>Fovea</title>');
    await writeFile(join(folder, 'renderer/assets/index-abc.js'), 'export {};');
    await writeFile(join(folder, 'secret.json'), '{"secret":true}');
    uploads = createUploads(
      (path) => {
        granted.push(path);
        return { grant: `grant-${granted.length}`, name: path.split('/').at(-1) ?? '' };
      },
      { fileBytes: 1_000, totalBytes: 100_000, files: 10 },
    );
    server = await startWebServer({
      dispatch: async (name, input) => {
        called.push({ name, input });
        return { ok: true, value: { answered: name } };
      },
      subscribe: (listener) => {
        subscribers.add(listener);
        return () => subscribers.delete(listener);
      },
      resources: new Hono().get('/resource/thumbnail/:project/:image', (context) => context.text('pixels')),
      uploads: {
        ...uploads,
        add: async (session, path, body) => {
          const end = await uploads.add(session, path, body).then(
            () => null,
            (error: unknown) => error,
          );
          ended.set(path, end);
          if (end !== null) throw end;
        },
      },
      rendererFolder: join(folder, 'renderer'),
      log: { failure: (_, error) => failures.push(error) },
      port: 0,
    });
  });
  afterAll(async () => {
    await server.close();
    await uploads.dispose();
    await rm(folder, { recursive: true });
  });

  const cookie = () => `fovea-${server.port}=${server.token}`;
  const page = () => ({ host: `127.0.0.1:${server.port}`, cookie: cookie() });
  const post = () => ({ ...page(), origin: server.origin, 'content-type': 'application/json' });

  it('listens on the loopback interface and prints an address with a long random token', () => {
    expect(server.address).toBe(`http://127.0.0.1:${server.port}/?token=${server.token}`);
    expect(Buffer.from(server.token, 'base64url')).toHaveLength(32);
  });

  it('exchanges the printed address for a cookie that scripts and other sites cannot use', async () => {
    const reply = await send(server, `/?token=${server.token}`);
    expect(reply.status).toBe(303);
    expect(reply.headers['location']).toBe('/');
    const [set] = reply.headers['set-cookie'] as string[];
    expect(set).toContain(cookie());
    expect(set).toContain('HttpOnly');
    expect(set).toContain('SameSite=Strict');
  });

  it('serves the page with a strict content security policy', async () => {
    const reply = await send(server, '/', { headers: page() });
    expect(reply.status).toBe(200);
    expect(reply.body).toContain('<title>Fovea</title>');
    const policy = String(reply.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['/', {}],
    ['/', { cookie: 'fovea-1=wrong' }],
    ['/?token=wrong', {}],
    ['/assets/index-abc.js', {}],
    ['/resource/thumbnail/p/1', {}],
    ['/api/events', {}],
    ['/api/events', { authorization: 'Bearer wrong' }],
  ])('rejects %s without the token (%o)', async (path, headers) => {
    expect((await send(server, path, { headers })).status).toBe(401);
  });

  it('rejects a request without the token before any handler sees it', async () => {
    called.length = 0;
    const { cookie: _, ...headers } = post();
    const reply = await send(server, '/api/invoke/app.info', { method: 'POST', headers, body: '{}' });
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body)).toMatchObject({ ok: false, error: { code: 'signed_out' } });
    expect(called).toEqual([]);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1', '[::1]:80'])(
    'rejects the host name %s, token or not',
    async (host) => {
      expect((await send(server, '/', { headers: { ...page(), host } })).status).toBe(403);
      expect((await send(server, `/?token=${server.token}`, { headers: { host } })).status).toBe(403);
    },
  );

  it('accepts localhost for 127.0.0.1', async () => {
    const headers = { ...page(), host: `localhost:${server.port}` };
    expect((await send(server, '/', { headers })).status).toBe(200);
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'rejects a POST from the origin %s',
    async (origin) => {
      called.length = 0;
      const headers = { ...post(), origin };
      const reply = await send(server, '/api/invoke/app.info', { method: 'POST', headers, body: '{}' });
      expect(reply.status).toBe(403);
      expect((await send(server, '/api/uploads', { method: 'POST', headers })).status).toBe(403);
      expect((await send(server, '/api/events', { headers })).status).toBe(403);
      expect(called).toEqual([]);
    },
  );

  it('rejects a POST with a cookie and no origin, and requests that the browser calls cross-site', async () => {
    const { origin: _, ...silent } = post();
    expect((await send(server, '/api/invoke/app.info', { method: 'POST', headers: silent, body: '{}' })).status).toBe(
      403,
    );
    const bogus = { ...silent, authorization: 'Bearer x' };
    expect((await send(server, '/api/invoke/app.info', { method: 'POST', headers: bogus, body: '{}' })).status).toBe(
      403,
    );
    const foreign = { ...page(), 'sec-fetch-site': 'cross-site' };
    expect((await send(server, '/api/events', { headers: foreign })).status).toBe(403);
    expect((await send(server, '/resource/thumbnail/p/1', { headers: foreign })).status).toBe(403);
  });

  it('replies to a request of its page, and of a script with the token', async () => {
    called.length = 0;
    const body = JSON.stringify({ project: 'p' });
    const reply = await send(server, '/api/invoke/dataset.summary', { method: 'POST', headers: post(), body });
    expect(JSON.parse(reply.body)).toEqual({ ok: true, value: { answered: 'dataset.summary' } });
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
    expect((await send(server, '/api/invoke/jobs.list', { method: 'POST', headers, body: '{}' })).status).toBe(200);
    expect(called).toEqual([
      { name: 'dataset.summary', input: { project: 'p' } },
      { name: 'jobs.list', input: {} },
    ]);
  });

  it('accepts JSON only, up to its limit', async () => {
    const form = { ...post(), 'content-type': 'application/x-www-form-urlencoded' };
    expect((await send(server, '/api/invoke/app.info', { method: 'POST', headers: form, body: 'a=1' })).status).toBe(
      415,
    );
    expect(await announce(server, { ...post(), 'content-length': String(17 * 2 ** 20) })).toContain('HTTP/1.1 413');
  });

  it('does not parse JSON nested deeper than any request', async () => {
    const invoke = async (body: string): Promise<unknown> => {
      called.length = 0;
      await send(server, '/api/invoke/app.info', { method: 'POST', headers: post(), body });
      return called[0]?.input;
    };
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(await invoke(nested(32))).toBeDefined();
    for (const levels of [33, 1_000_000]) expect(await invoke(nested(levels))).toBeUndefined();
    expect(await invoke(`{"text": "\\"${'['.repeat(99)}"}`)).toEqual({ text: `"${'['.repeat(99)}` });
    expect(await invoke('{')).toBeUndefined();
  });

  it('serves files of the renderer only', async () => {
    expect((await send(server, '/assets/index-abc.js', { headers: page() })).headers['content-type']).toContain(
      'text/javascript',
    );
    for (const path of [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/%00.js',
      '/missing.js',
    ]) {
      const reply = await send(server, path, { headers: page() });
      expect(reply.status, path).toBe(404);
      expect(reply.body).not.toContain('secret');
    }
    expect((await send(server, '/resource/thumbnail/p/1', { headers: page() })).body).toBe('pixels');
  });

  it('sends events as they happen and drops a page that has gone', async () => {
    const response = await fetch(`${server.origin}/api/events`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? '';
    expect(subscribers.size).toBe(1);
    for (const listener of subscribers) listener('job', { id: 'one' });
    while (!text.includes('data:')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain('data: {"name":"job","payload":{"id":"one"}}\n\n');
    await reader?.cancel();
    await expect.poll(() => subscribers.size).toBe(0);
  });

  describe('uploads', () => {
    const small = createUploads((path) => ({ grant: 'g', name: path }));
    afterAll(() => small.dispose());
    const begin = async () =>
      (
        JSON.parse((await send(server, '/api/uploads', { method: 'POST', headers: post() })).body) as {
          value: { session: string };
        }
      ).value.session;
    const put = (session: string, path: string, body: string | Buffer) =>
      send(server, `/api/uploads/${session}/file?path=${encodeURIComponent(path)}`, {
        method: 'POST',
        headers: { ...post(), 'content-type': 'application/octet-stream' },
        body,
      });

    it('keeps relative paths and returns one grant per dropped item', async () => {
      granted.length = 0;
      const session = await begin();
      expect((await put(session, 'Ordner (ä)/a b.dcm', 'one')).status).toBe(200);
      expect((await put(session, 'Ordner (ä)/tief/c.png', 'two')).status).toBe(200);
      expect((await put(session, 'single.dcm', 'three')).status).toBe(200);
      const reply = await send(server, `/api/uploads/${session}/finish`, { method: 'POST', headers: post() });
      const { value } = JSON.parse(reply.body) as { value: { grants: { name: string }[] } };
      expect(value.grants.map(({ name }) => name)).toEqual(['Ordner (ä)', 'single.dcm']);
      expect(await readFile(join(granted[0] ?? '', 'tief/c.png'), 'utf8')).toBe('two');
      expect(await readFile(granted[1] ?? '', 'utf8')).toBe('three');
      expect((await put(session, 'late.dcm', 'x')).status).toBe(400);
    });

    it.each([
      '../a.png',
      'a/../../b.png',
      '/etc/passwd',
      'a//b.png',
      '',
      '.',
      'a\\..\\b.png',
      `${'n'.repeat(256)}.png`,
    ])('rejects the path %j', async (path) => {
      const reply = await put(await begin(), path, 'x');
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 'bad_request' } });
    });

    it('rejects a file over the limit, the same file twice, too many files and an unknown session', async () => {
      const session = await begin();
      const large = await put(session, 'large.dcm', Buffer.alloc(1_001));
      expect(JSON.parse(large.body)).toMatchObject({ error: { code: 'too_large' } });
      expect((await put(session, 'twice.dcm', 'first')).status).toBe(200);
      expect((await put(session, 'twice.dcm', 'again')).status).toBe(400);
      expect((await put('unknown', 'a.dcm', 'x')).status).toBe(400);
      let last = await put(session, 'more-0.dcm', 'x');
      for (let index = 1; last.status === 200 && index < 20; index += 1)
        last = await put(session, `m${index}.dcm`, 'x');
      expect(JSON.parse(last.body)).toMatchObject({ error: { code: 'too_large' } });
    });

    it('rejects one name as a file and as a folder', async () => {
      const session = await small.begin();
      await small.add(session, 'ok.png', null);
      const body = (): ReadableStream<Uint8Array> => new Blob(['x']).stream();
      await expect(small.add(session, 'ok.png/inner', body())).rejects.toMatchObject({ code: 'bad_request' });
      await small.add(session, 'folder/inner.png', null);
      await expect(small.add(session, 'folder', body())).rejects.toMatchObject({ code: 'bad_request' });
      // Each segment is within the limit for names, but the whole path is too long for the system.
      const long = `${Array.from({ length: 60 }, () => 'd'.repeat(60)).join('/')}/${'e'.repeat(200)}.png`;
      const added = small.add(session, long, body());
      await added.catch((error: unknown) => expect(error).toMatchObject({ code: 'bad_request' }));
      const kept = (await small.finish(session)).find(({ name }) => name.endsWith('ok.png'));
      expect((await readFile(kept?.name ?? '')).length).toBe(0);
    });

    it('keeps nothing of a client that disconnects, and does not log it as an error of Fovea', async () => {
      failures.length = 0;
      const session = await begin();
      const headers = { ...post(), 'content-length': '500' };
      const socket = connect(server.port, '127.0.0.1');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      const head = [`POST /api/uploads/${session}/file?path=broken.dcm HTTP/1.1`, ...lines, '', 'the first bytes'];
      socket.write(head.join('\r\n'), () => setImmediate(() => socket.destroy()));
      await expect.poll(() => ended.get('broken.dcm') ?? null).not.toBeNull();
      expect((await send(server, '/', { headers: page() })).status).toBe(200);
      expect(failures).toEqual([]);
      const reply = await send(server, `/api/uploads/${session}/finish`, { method: 'POST', headers: post() });
      const { value } = JSON.parse(reply.body) as { value: { grants: { name: string }[] } };
      expect(value.grants).toEqual([]);
    });
  });

  it('removes its uploads at the end', async () => {
    const own = createUploads((path) => ({ grant: 'g', name: path }));
    const session = await own.begin();
    await own.add(session, 'a.png', null);
    const [grant] = await own.finish(session);
    expect(existsSync(grant?.name ?? '')).toBe(true);
    await own.dispose();
    expect(existsSync(grant?.name ?? '')).toBe(false);
  });

  it('reports that its port is taken', async () => {
    const again = startWebServer({
      dispatch: async () => ({ ok: true, value: {} }),
      subscribe: () => () => undefined,
      resources: new Hono(),
      uploads,
      rendererFolder: folder,
      log: { failure: () => undefined },
      port: server.port,
    });
    await expect(again).rejects.toMatchObject({ code: 'port_in_use' });
  });
});
