import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The path of an Electron binary that is on this machine, or null. Never loads the `electron` package itself: without
 * a binary, that would download one.
 */
export function findElectron(from: string, environment: Readonly<Record<string, string | undefined>>): string | null {
  const override = environment['ELECTRON_OVERRIDE_DIST_PATH'];
  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  if (override !== undefined && override !== '') return existing(join(override, name));
  const folder = packageFolder(from);
  if (folder === null) return null;
  try {
    // Written beside the binary when it is unpacked: `electron`, `electron.exe` or `Electron.app/…`.
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
