import type * as Electron from 'electron';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ipcChannels } from '#shared/ipc/channels';
import { events, requests } from '#shared/ipc/contract';
import type { FoveaPreload } from '#shared/ipc/preload';

/** What the page asked of main, and who listens to it. */
const main = vi.hoisted(() => ({
  asked: [] as unknown[][],
  listeners: new Set<(event: object, name: string, payload: unknown) => void>(),
}));
const exposed = vi.hoisted(() => ({ names: [] as string[], api: undefined as unknown }));

vi.mock('electron', () => {
  const contextBridge = {
    exposeInMainWorld: (name: string, api: unknown) => {
      exposed.names.push(name);
      exposed.api = api;
    },
  } satisfies Pick<Electron.ContextBridge, 'exposeInMainWorld'>;
  const webUtils = {
    // Electron answers '' for a file that a script made.
    getPathForFile: (file: File) => (file.name.startsWith('made') ? '' : `/home/ada/${file.name}`),
  } satisfies Pick<Electron.WebUtils, 'getPathForFile'>;
  const ipcRenderer = {
    invoke: async (...asked: unknown[]) => {
      main.asked.push(asked);
      return { ok: true, value: 'answer' };
    },
    on: (_channel: string, listener: (event: object) => void) => main.listeners.add(listener),
    off: (_channel: string, listener: (event: object) => void) => main.listeners.delete(listener),
  } satisfies Pick<Electron.IpcRenderer, 'invoke'> & Record<'on' | 'off', unknown>;
  return { contextBridge, ipcRenderer, webUtils };
});

let preload: FoveaPreload<File>;
beforeAll(async () => {
  // As `electron.vite.config.ts` puts them in.
  vi.stubGlobal('REQUEST_NAMES', Object.keys(requests));
  vi.stubGlobal('EVENT_NAMES', Object.keys(events));
  await import('./index');
  preload = exposed.api as FoveaPreload<File>;
});
beforeEach(() => {
  main.asked.length = 0;
});

it('exposes three functions under one name, and nothing of Electron', () => {
  expect(exposed.names).toEqual(['fovea']);
  expect(Object.entries(preload).map(([name, value]) => [name, typeof value])).toEqual([
    ['invoke', 'function'],
    ['on', 'function'],
    ['grantFiles', 'function'],
  ]);
});

it('forwards every request of the contract and no other', async () => {
  for (const name of Object.keys(requests)) expect(await preload.invoke(name, {})).toMatchObject({ ok: true });
  expect(main.asked).toEqual(Object.keys(requests).map((name) => [ipcChannels.invoke, name, {}]));
  main.asked.length = 0;
  for (const name of ['app.eval', 'constructor', '__proto__', '', 'fovea:grant-paths', ['app.info'] as never]) {
    expect(await preload.invoke(name, {})).toMatchObject({ ok: false, error: { code: 'unknown_request' } });
  }
  expect(main.asked).toEqual([]);
});

it('delivers the events of the contract by name, without Electron’s event, until unsubscribed', () => {
  const heard: unknown[][] = [];
  const end = preload.on('changed', (...given: unknown[]) => heard.push(given));
  const send = (name: string, payload: unknown) => {
    for (const listener of main.listeners) listener({ sender: {} }, name, payload);
  };
  send('changed', { project: null, topics: [] });
  send('job', { id: 'other' });
  expect(heard).toEqual([[{ project: null, topics: [] }]]);
  end();
  send('changed', { project: null, topics: ['runs'] });
  expect(heard).toHaveLength(1);
  expect(main.listeners.size).toBe(0);
  expect(() => preload.on('fovea:event', () => {})).toThrow('no such event');
});

it('resolves paths itself, and leaves out files created by a script', async () => {
  await preload.grantFiles([new File(['x'], 'scan.dcm'), new File(['x'], 'made.dcm')]);
  expect(main.asked).toEqual([[ipcChannels.grantPaths, ['/home/ada/scan.dcm']]]);
});
