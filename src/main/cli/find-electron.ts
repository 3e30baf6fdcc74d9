import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Path of an installed Electron binary, or null. Never loads the `electron` package itself, which would download a
 * missing binary.
 */
export function findElectron(from: string, environment: Readonly<Record<string, string | undefined>>): string | null {
  const override = environment['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  if (override !== undefined && override !== '') return existing(join(override, name));
  const folder = packageFolder(from);
  if (folder === null) return null;
  try {
    // `path.txt` is written beside the unpacked binary: `electron`, `electron.exe` or `Electron.app/…`.
    return existing(join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim()));
  } catch {
    return null;
  }
}

function packageFolder(from: string): string | null {
  try {
    return dirname(createRequire(join(from, 'x.js')).resolve('electron/package.json'));
  } catch {
    return null;
  }
}

const existing = (path: string) => (existsSync(path) ? path : null);
