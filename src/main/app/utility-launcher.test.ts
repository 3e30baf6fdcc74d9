import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { launchUtility } from './utility-launcher';

vi.mock('electron', () => import('./test-support/electron'));

const folder = mkdtempSync(join(tmpdir(), 'fovea-utility-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function launch(source: string, more: { environment?: Record<string, string>; maxOldSpaceMB?: number } = {}) {
  const entry = join(folder, 'host.mjs');
  writeFileSync(entry, source);
  const host = launchUtility({ entry, name: 'Fovea test', ...more });
  const exit = new Promise<string>((resolve) => host.onExit(resolve));
  return { host, exit, message: () => new Promise((resolve) => host.onMessage(resolve)) };
}

const ECHO = "process.on('message', (message) => process.send(message)); process.send('ready');";

it('reports when it is ready, answers with typed arrays unchanged, and ends when killed', async () => {
  const { host, exit, message } = launch(ECHO);
  expect(await message()).toBe('ready');
  expect(host.pid).toBeTypeOf('number');
  const echo = message();
  host.send({ values: Float32Array.of(1, Number.NaN, 3) });
  expect(await echo).toEqual({ values: Float32Array.of(1, Number.NaN, 3) });
  host.kill();
  await exit;
});

it('has its own environment and heap limit besides those of Fovea', async () => {
  const tell = 'process.send([process.env.FOVEA_TEST, process.env.PATH !== undefined, process.execArgv]);';
  const { message, exit } = launch(tell, { environment: { FOVEA_TEST: 'given' }, maxOldSpaceMB: 256 });
  expect(await message()).toEqual(['given', true, ['--max-old-space-size=256']]);
  await exit;
});

it('reports how it ended, even if asked late', async () => {
  const { host, exit } = launch('process.exit(7);');
  expect(await exit).toBe('exited with code 7');
  expect(await new Promise<string>((resolve) => host.onExit(resolve))).toBe('exited with code 7');
  host.send('to nobody');
  host.kill();
});
