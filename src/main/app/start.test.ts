import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { app, calls } from './test-support/electron';

vi.mock('electron', () => import('./test-support/electron'));
vi.mock('../services/services', () => ({
  createServices: () => {
    throw new Error('the database engine does not load');
  },
}));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fovea-start-'));
  vi.stubEnv('FOVEA_HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  rmSync(home, { recursive: true, force: true });
});

it('leaves the first instance alone with its window and its projects', async () => {
  app.isFirst = false;
  await import('../index');
  expect(calls.slice(calls.indexOf('app.requestSingleInstanceLock') + 1)).toEqual(['app.quit', 'left without closing']);
});

it('reports that it cannot start, and ends instead of running without a window', async () => {
  app.isFirst = true;
  await import('../index');
  app.emit('ready');
  await vi.waitFor(() => expect(calls).toContain('app.exit 1'));
  expect(calls.slice(-2)).toEqual(['dialog.showErrorBox Fovea could not start', 'app.exit 1']);
  expect(calls).not.toContain('new BrowserWindow');
  expect(readFileSync(join(home, 'logs/fovea.log'), 'utf8')).toContain('the database engine does not load');
});
