import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findElectron } from './find-electron';

it('finds a binary only if there is one, and never loads the package', () => {
  const root = mkdtempSync(join(tmpdir(), 'fovea-electron-'));
  const from = join(root, 'out/main');
  const electron = join(root, 'node_modules/electron');
  mkdirSync(from, { recursive: true });
  mkdirSync(join(electron, 'dist'), { recursive: true });
  writeFileSync(join(electron, 'package.json'), '{"name":"electron","main":"index.js"}');
  writeFileSync(join(electron, 'index.js'), 'throw new Error("this would download");');

  expect(findElectron(from, {})).toBeNull();
  writeFileSync(join(electron, 'path.txt'), 'the-binary\n');
  expect(findElectron(from, {})).toBeNull();
  writeFileSync(join(electron, 'dist/the-binary'), '');
  expect(findElectron(from, {})).toBe(join(electron, 'dist/the-binary'));

  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  expect(findElectron(from, { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'own') })).toBeNull();
  mkdirSync(join(root, 'own'));
  writeFileSync(join(root, 'own', name), '');
  expect(findElectron(from, { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'own') })).toBe(join(root, 'own', name));
  rmSync(root, { recursive: true });
});
