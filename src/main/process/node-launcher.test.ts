import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchNodeHost } from './node-launcher';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function launch(code: string) {
  const entry = join(folder, `${code.length}.mjs`);
  writeFileSync(entry, code);
  const host = launchNodeHost({ entry, name: 'test' });
  const exit = new Promise<string>((resolve) => host.onExit(resolve));
  return { host, exit };
}

describe('launchNodeHost', () => {
  it('carries typed arrays both ways', async () => {
    const { host, exit } = launch(
      "process.on('message', (m) => { process.send(m, () => setTimeout(() => process.exit(0))); });",
    );
    const echo = new Promise((resolve) => host.onMessage(resolve));
    host.send({ values: Float32Array.of(1, Number.NaN, 3) });
    expect(await echo).toEqual({ values: Float32Array.of(1, Number.NaN, 3) });
    expect(await exit).toContain('exit code 0');
  });

  it('reports how a child ended, even if asked late', async () => {
    const { host, exit } = launch("process.on('message', () => {}); process.send('up');");
    await new Promise((resolve) => host.onMessage(resolve));
    process.kill(host.pid as number, 'SIGKILL');
    expect(await exit).toContain('memory ran out');
    expect(await new Promise<string>((resolve) => host.onExit(resolve))).toContain('SIGKILL');
    host.send('to nobody');
    host.kill();
  });

  it('reports when there is nothing to start', async () => {
    const host = launchNodeHost({ entry: join(folder, 'none.mjs'), name: 'test' });
    expect(await new Promise<string>((resolve) => host.onExit(resolve))).toContain('exited with code 1');
  });
});
