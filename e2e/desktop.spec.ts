import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, expect, test } from '@playwright/test';

const root = resolve(import.meta.dirname, '..');

/** Returns Electron's binary if the package contains it; requiring the package itself would download it. */
function electronBinary(): string | null {
  const folder = join(root, 'node_modules/electron');
  const name = join(folder, 'path.txt');
  if (!existsSync(name)) return null;
  const path = join(folder, 'dist', readFileSync(name, 'utf8').trim());
  return existsSync(path) ? path : null;
}

test('the desktop window opens on Projects, isolated from Node', async () => {
  const executablePath = electronBinary();
  test.skip(executablePath === null, 'no Electron binary on this machine: run `npx electron --version` once online');
  const home = await mkdtemp(join(tmpdir(), 'fovea-desktop-'));
  const app = await _electron.launch({
    executablePath: executablePath as string,
    args: [root, '--no-sandbox'],
    env: { ...process.env, FOVEA_HOME: home } as Record<string, string>,
  });
  try {
    const window = await app.firstWindow();
    await expect(window.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible();
    expect(window.url()).toMatch(/^fovea:\/\/app\//);
    expect(await window.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
  } finally {
    await app.close();
    await rm(home, { recursive: true, force: true });
  }
});
