import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ipcChannels } from '#shared/ipc/channels';
import type { RequestInput, RequestName, RequestOutput } from '#shared/ipc/contract';
import type { Grant } from '#shared/ipc/preload';
import { buildHosts, engineEntries } from '../process/test-support/build-hosts';
import { createEvents } from '../services/core/events';
import { runFolder } from '../services/project/project-paths';
import { createProjects } from '../services/project/projects';
import { hasCheckpoint } from '../services/run-records/run-files';
import { addDiscs } from '../services/test-support/disc-project';
import { storedRun } from '../store/runs';
import * as electron from './test-support/electron';

// The whole desktop application over a mock of Electron: its own entry, services, database and processes.

const built = vi.hoisted(() => ({ folder: '' }));
vi.mock('electron', () => import('./test-support/electron'));
vi.mock('../services/core/places', async (importOriginal) => {
  const places = await importOriginal<typeof import('../services/core/places')>();
  // The paths of the source tree, with the processes built for this test.
  const findPlaces = (folder: string) => ({
    ...places.findPlaces(folder),
    entries: places.findPlaces(built.folder).entries,
  });
  return { ...places, findPlaces };
});

const { app, BrowserWindow, calls, ipcMain, prevents, served, session } = electron;
const root = mkdtempSync(join(tmpdir(), 'fovea-desktop-'));
const home = join(root, 'home');
const page = () => {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) throw new Error('no window');
  return window.webContents;
};

async function invoke<K extends RequestName>(name: K, input: RequestInput<K>): Promise<RequestOutput<K>> {
  const answer = await ipcMain.invoke(page().asPage, ipcChannels.invoke, name, input);
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: RequestOutput<K> }).value;
}
const grant = async (...paths: string[]) =>
  (await ipcMain.invoke(page().asPage, ipcChannels.grantPaths, paths)) as readonly Grant[];

beforeAll(async () => {
  mkdirSync(join(root, 'temporary'));
  vi.stubEnv('TMPDIR', join(root, 'temporary'));
  vi.stubEnv('FOVEA_HOME', home);
  built.folder = await buildHosts('desktop', {
    ...engineEntries,
    'decode-host': 'decode-host/entry.ts',
    'background-worker': 'services/background-worker.ts',
  });
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('app start', () => {
  it('sandboxes Chromium before it is ready, and secures session and scheme before a page loads', async () => {
    await import('../index');
    expect(calls).toEqual([
      'app.setPath userData',
      'app.enableSandbox',
      'switch disable-background-networking',
      'switch no-proxy-server',
      'switch host-resolver-rules=MAP * ~NOTFOUND',
      'protocol.register fovea',
      'app.requestSingleInstanceLock',
    ]);
    calls.length = 0;
    app.emit('ready');
    await vi.waitFor(() => expect(calls).toContain('window.loadURL fovea://app/'));
    expect(calls).toEqual([
      'session.setPermissionRequestHandler',
      'session.webRequest.onBeforeRequest',
      'session.setSpellCheckerEnabled false',
      'protocol.handle fovea',
      'ipcMain.handle fovea:invoke',
      'ipcMain.handle fovea:grant-paths',
      'Menu.setApplicationMenu',
      'new BrowserWindow',
      'window.loadURL fovea://app/',
    ]);
  });

  it('opens one window without Node access, in the size that the screens are designed for', () => {
    const [window, ...others] = BrowserWindow.getAllWindows();
    expect(others).toEqual([]);
    expect(window?.options).toMatchObject({
      width: 1360,
      height: 880,
      show: false,
      webPreferences: {
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
      },
    });
    expect(window?.options.webPreferences?.preload?.split(sep).slice(-2)).toEqual(['preload', 'index.cjs']);
    expect(calls).not.toContain('window.show');
    window?.emit('ready-to-show');
    expect(calls).toContain('window.show');
  });

  it('focuses its window when started a second time', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window !== undefined) window.minimized = true;
    app.emit('second-instance');
    expect(window?.minimized).toBe(false);
    expect(calls.at(-1)).toBe('window.focus');
    expect(BrowserWindow.getAllWindows()).toHaveLength(1);
  });
});

describe('a request', () => {
  it('from our own page is answered in its envelope, even an unknown one', async () => {
    expect(await invoke('app.info', {})).toMatchObject({ mode: 'desktop', platform: process.platform });
    const unknown = await ipcMain.invoke(page().asPage, ipcChannels.invoke, 'app.eval', {});
    expect(unknown).toMatchObject({ ok: false, error: { code: 'unknown_request' } });
    const listed = await ipcMain.invoke(page().asPage, ipcChannels.invoke, 'platform.browse', { path: null });
    expect(listed).toMatchObject({ ok: false, error: { code: 'not_here' } });
  });

  it('from any other page is rejected on both channels', async () => {
    const { sender, senderFrame } = page().asPage;
    const gone = {
      get mainFrame(): never {
        throw new TypeError('Object has been destroyed');
      },
    };
    const elsewhere = { url: 'https://evil.example/' };
    const refused = {
      'a page of another origin': { sender: { mainFrame: elsewhere }, senderFrame: elsewhere },
      'a frame in our page': { sender, senderFrame: { url: 'fovea://app/resource/report/1' } },
      'a frame that has navigated away': { sender, senderFrame: null },
      'a window that is gone': { sender: gone, senderFrame },
    };
    for (const [who, event] of Object.entries(refused)) {
      const asPage = event as unknown as ReturnType<typeof page>['asPage'];
      await expect(ipcMain.invoke(asPage, ipcChannels.invoke, 'app.info', {}), who).rejects.toThrow();
      await expect(ipcMain.invoke(asPage, ipcChannels.grantPaths, [root]), who).rejects.toThrow();
    }
  });
});

describe('a chosen file', () => {
  it('is granted by its absolute path, which the page never learns', async () => {
    const [dropped] = await grant(join(root, 'scans'));
    expect(dropped).toEqual({ grant: expect.stringMatching(/^[\w-]{22}$/), name: 'scans' });
    await expect(grant('scans')).rejects.toThrow();
    await expect(grant('')).rejects.toThrow();
    await expect(grant(...Array.from({ length: 10_001 }, () => root))).rejects.toThrow();
    await expect(ipcMain.invoke(page().asPage, ipcChannels.grantPaths, 'scans')).rejects.toThrow();
  });

  it('is a grant from the native dialog; a cancelled dialog grants nothing', async () => {
    electron.chosen.push(join(root, 'a.dcm'), join(root, 'b.dcm'));
    const files = await invoke('platform.pick', { kind: 'files', title: 'Add image files' });
    expect(files?.grants.map(({ name }) => name)).toEqual(['a.dcm', 'b.dcm']);
    expect(electron.dialogs.at(-1)).toMatchObject({ properties: ['openFile', 'multiSelections'] });
    expect(await invoke('platform.pick', { kind: 'folder', title: 'Add a folder' })).toBeNull();
    expect(electron.dialogs.at(-1)).toMatchObject({ properties: ['openDirectory', 'createDirectory'] });
    electron.chosen.push(join(root, 'table.csv'));
    const saved = await invoke('platform.pick', { kind: 'save', title: 'Save', suggestedName: 'table.csv' });
    expect(saved?.grants).toMatchObject([{ name: 'table.csv' }]);
    expect(electron.dialogs.at(-1)).toMatchObject({ defaultPath: 'table.csv' });
    expect(await invoke('platform.pick', { kind: 'save', title: 'Save' })).toBeNull();
  });
});

describe('the page', () => {
  it('is served from the built window, with nothing from elsewhere', async () => {
    const get = (url: string, method = 'GET') => served.answer(new Request(url, { method }));
    const index = await get('fovea://app/');
    expect(index.headers.get('content-type')).toContain('text/html');
    expect(await index.text()).toContain('<div id="root">');
    expect((await get('fovea://app/../../package.json')).status).toBe(404);
    expect((await get('fovea://app/%2e%2e%2f%2e%2e%2fpackage.json')).status).toBe(404);
    expect((await get('fovea://elsewhere/index.html')).status).toBe(404);
    expect((await get('fovea://app/index.html', 'POST')).status).toBe(404);
    const resource = await get('fovea://app/resource/thumbnail/none/1');
    expect(await resource.json()).toMatchObject({ code: expect.any(String), message: expect.any(String) });
  });

  it('never leaves our origin, opens a window or embeds another page', () => {
    const contents = page();
    expect(prevents(contents, 'will-navigate', { url: 'fovea://app/other' })).toBe(true);
    expect(prevents(contents, 'will-redirect', { url: 'https://evil.example/' })).toBe(true);
    expect(prevents(contents, 'will-attach-webview')).toBe(true);
    expect(prevents(contents, 'will-frame-navigate', { url: 'https://evil.example/' })).toBe(true);
    expect(prevents(contents, 'will-frame-navigate', { url: 'fovea://app/resource/report/1' })).toBe(false);
    expect(contents.openWindow({ url: 'https://evil.example/' } as never)).toEqual({ action: 'deny' });
  });

  it('gets no permission except copying to the clipboard, no device and no network', () => {
    const { defaultSession } = session;
    for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read']) {
      expect([defaultSession.requestHandler(permission), defaultSession.checkHandler(permission)], permission).toEqual([
        false,
        false,
      ]);
    }
    expect(defaultSession.requestHandler('clipboard-sanitized-write')).toBe(true);
    expect(defaultSession.checkHandler('clipboard-sanitized-write')).toBe(true);
    expect(defaultSession.device()).toBe(false);
    const local = [
      'fovea://app/index.html',
      'blob:fovea://app/1',
      'data:image/png;base64,AA==',
      'devtools://devtools/x',
    ];
    for (const url of local) expect(defaultSession.reaches(url), url).toBe(true);
    const remote = [
      'https://example.org/',
      'http://127.0.0.1:1/',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      'blob:https://x/1',
    ];
    for (const url of remote) expect(defaultSession.reaches(url), url).toBe(false);
  });
});

describe('closing while a run trains', { timeout: 120_000 }, () => {
  const folder = join(root, 'discs');
  let run = '';

  it('follows a run that trains in a utility process and reports its steps to the window', async () => {
    const before = createProjects({ userDataFolder: join(root, 'another home'), events: createEvents() });
    const project = await before.create(folder, 'Discs');
    await addDiscs(project, join(root, 'pictures'), { train: 16, validation: 8, test: 8 });
    before.closeAll();

    const [chosen] = await grant(folder);
    const { id } = await invoke('projects.open', { grant: (chosen as Grant).grant });
    const config = {
      backbone: 'vit-micro',
      device: 'cpu',
      threads: 1,
      epochs: 500,
      batchSize: 4,
      logEverySteps: 1,
    } as const;
    run = (await invoke('runs.start', { project: id, config })).id;
    await vi.waitFor(
      () =>
        expect(page().sent).toContainEqual(
          expect.objectContaining({ channel: ipcChannels.event, args: ['run.log', expect.objectContaining({ run })] }),
        ),
      { timeout: 90_000, interval: 50 },
    );
    expect(electron.started).toContain('Fovea engine');
  });

  it('pauses it, closes the projects and ends once, however often requested', async () => {
    calls.length = 0;
    app.quit();
    app.quit();
    // Closes the window too; on macOS a click on the Dock icon then requests a new one.
    const [window] = BrowserWindow.getAllWindows();
    window?.close();
    app.emit('activate');
    expect(calls).not.toContain('left without closing');
    await vi.waitFor(() => expect(calls).toContain('app.exit 0'), { timeout: 60_000 });
    app.quit();
    expect(calls.filter((call) => call !== 'app.quit')).toEqual(['app.exit 0']);

    const after = createProjects({ userDataFolder: join(root, 'another home'), events: createEvents() });
    const project = await after.open(folder);
    expect(storedRun(project.store, run)?.state).toBe('paused');
    after.closeAll();
    expect(hasCheckpoint(runFolder(folder, run))).toBe(true);
    expect(readFileSync(join(home, 'logs/fovea.log'), 'utf8')).not.toMatch(/"level":50/);
  });

  it('saves the position of the window', () => {
    expect(JSON.parse(readFileSync(join(home, 'window.json'), 'utf8'))).toEqual({
      x: 40,
      y: 30,
      width: 1200,
      height: 800,
      maximized: false,
    });
  });
});
