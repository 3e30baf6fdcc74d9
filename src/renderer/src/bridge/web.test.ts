// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWebBridge } from './web';

/** The browser's end of `/api/events`. */
class Stream {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  onmessage: (message: { data: string }) => void = () => {};
  onerror: () => void = () => {};
  onopen: () => void = () => {};
  readyState = 0;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    Stream.all.push(this);
  }
  /** Breaks the stream; the browser then reconnects by itself or gives up. */
  break(givesUp: boolean): void {
    this.readyState = givesUp ? Stream.CLOSED : 0;
    this.onerror();
  }
  send(name: string, payload: unknown): void {
    this.onmessage({ data: JSON.stringify({ name, payload }) });
  }
}
const fetch = vi.fn<typeof globalThis.fetch>();
const stream = (): Stream => Stream.all.at(-1) as Stream;

beforeEach(() => {
  Stream.all = [];
  fetch.mockReset();
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('fetch', fetch);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a request', () => {
  it('posts its input to its name, and unwraps the value', async () => {
    fetch.mockResolvedValue(Response.json({ ok: true, value: { ids: [1, 2] } }));
    const { invoke } = createWebBridge();
    expect(await invoke('dataset.ids', { project: 'p', filter: {} })).toEqual({ ids: [1, 2] });
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/invoke/dataset.ids', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"project":"p","filter":{}}',
    });
  });

  it.each([
    [
      'the error of main',
      Response.json({ ok: false, error: { code: 'no_split', message: 'x', hint: null } }),
      'no_split',
    ],
    ['a page of an earlier start', new Response('', { status: 401 }), 'signed_out'],
    ['the error page of a tunnel', new Response('<html>Bad gateway</html>', { status: 502 }), 'bad_answer'],
    ['nobody', new TypeError('Failed to fetch'), 'unreachable'],
  ])('rejects with advice on %s', async (_who, answer, code) => {
    if (answer instanceof Error) fetch.mockRejectedValue(answer);
    else fetch.mockResolvedValue(answer);
    await expect(createWebBridge().invoke('app.info', {})).rejects.toMatchObject({ name: 'FoveaError', code });
  });
});

describe('events', () => {
  const changed = { project: 'p', topics: ['runs'] };

  it('arrive over one stream, opened with the first subscription, each at its subscribers', () => {
    const bridge = createWebBridge();
    expect(Stream.all).toEqual([]);
    const heard: unknown[] = [];
    const end = bridge.on('changed', (payload) => heard.push(payload));
    bridge.on('job', () => heard.push('job'));
    bridge.onConnection(() => {});
    expect(Stream.all.map(({ url }) => url)).toEqual(['/api/events']);
    stream().send('changed', changed);
    stream().send('an event of a newer Fovea', {});
    expect(heard).toEqual([changed]);
    expect(() => stream().send('changed', { project: 'p', topics: ['weather'] })).toThrow();
    end();
    stream().send('changed', changed);
    expect(heard).toHaveLength(1);
  });

  it('report once that the connection is lost, and that it is back', () => {
    const states: string[] = [];
    const end = createWebBridge().onConnection((state) => states.push(state));
    stream().onopen();
    stream().break(false);
    stream().break(false);
    stream().onopen();
    stream().break(false);
    expect(states).toEqual(['open', 'lost', 'open', 'lost']);
    expect(Stream.all).toHaveLength(1);
    end();
    stream().onopen();
    expect(states).toHaveLength(4);
  });

  it('continue over a new stream if the browser has given up the first one', () => {
    const bridge = createWebBridge();
    const states: string[] = [];
    const heard: unknown[] = [];
    bridge.onConnection((state) => states.push(state));
    bridge.on('changed', (payload) => heard.push(payload));
    stream().break(true);
    expect(Stream.all).toHaveLength(1);
    vi.runAllTimers();
    stream().break(true);
    vi.runAllTimers();
    expect(Stream.all).toHaveLength(3);
    stream().onopen();
    stream().send('changed', changed);
    expect(states).toEqual(['lost', 'open']);
    expect(heard).toEqual([changed]);
  });
});

describe('files', () => {
  const file = (content: string, name: string) => Object.assign(new File([content], name), { webkitRelativePath: '' });

  it('are chosen with the window’s own picker', async () => {
    const { platform } = createWebBridge();
    await expect(platform.pickFolder({ title: 'Open' })).rejects.toThrow('setWebPicker');
    const asked: unknown[] = [];
    platform.setWebPicker(async (request) => {
      asked.push(request);
      return request.kind === 'folder' ? [{ grant: 'g', name: 'scans' }] : null;
    });
    expect(await platform.pickFolder({ title: 'Open' })).toEqual({ grant: 'g', name: 'scans' });
    expect(await platform.pickFiles({ title: 'Add' })).toBeNull();
    expect(asked).toEqual([
      { kind: 'folder', title: 'Open' },
      { kind: 'files', title: 'Add' },
    ]);
  });

  it('are uploaded with their paths when dropped, and become grants', async () => {
    const grants = [{ grant: 'g', name: 'a.dcm' }];
    fetch.mockImplementation(async (path) => {
      const value = path === '/api/uploads' ? { session: 's 1' } : String(path).endsWith('/finish') ? { grants } : {};
      return Response.json({ ok: true, value });
    });
    const progress: unknown[] = [];
    const files = [file('12', 'a.dcm'), file('345', 'b & c.dcm')];
    const { platform } = createWebBridge();
    expect(await platform.grantDropped(files, { onProgress: (given) => progress.push(given) })).toEqual(grants);
    expect(fetch.mock.calls.map(([path]) => path)).toEqual([
      '/api/uploads',
      '/api/uploads/s 1/file?path=a.dcm',
      '/api/uploads/s 1/file?path=b%20%26%20c.dcm',
      '/api/uploads/s 1/finish',
    ]);
    expect(progress).toEqual([
      { done: 2, total: 5, files: 1 },
      { done: 5, total: 5, files: 2 },
    ]);
    fetch.mockClear();
    expect(await platform.grantDropped([])).toEqual([]);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('report why an upload failed, or that it was cancelled', async () => {
    const { platform } = createWebBridge();
    fetch.mockRejectedValue(new TypeError('Failed to fetch'));
    await expect(platform.grantDropped([file('1', 'a')])).rejects.toMatchObject({ code: 'unreachable' });
    const full = { code: 'upload_full', message: 'There is no room.', hint: null };
    fetch.mockImplementation(async (path) =>
      Response.json(path === '/api/uploads' ? { ok: true, value: { session: 's' } } : { ok: false, error: full }),
    );
    await expect(platform.grantDropped([file('1', 'a')])).rejects.toMatchObject(full);
    const controller = new AbortController();
    controller.abort();
    fetch.mockRejectedValue(new DOMException('aborted', 'AbortError'));
    const cancelled = platform.grantDropped([file('1', 'a')], { signal: controller.signal });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  });
});
