// `npm start`: opens the app. `npm ci` runs no install scripts, so Electron's binary is downloaded here once, if there
// is a screen and a network; without it, `fovea app` reports that and serves the same window to a browser.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const electron = resolve(import.meta.dirname, '../node_modules/electron');
const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const wanted = hasScreen && !process.argv.includes('--web') && !process.env.ELECTRON_OVERRIDE_DIST_PATH;

if (wanted && existsSync(electron) && !existsSync(join(electron, 'path.txt'))) {
  process.stderr.write('Fetching Electron, about 120 MB, once (`npm start -- --web` does without).\n');
  spawnSync(process.execPath, [join(electron, 'install.js')], { stdio: 'ignore', timeout: 15 * 60_000 });
}
process.argv.splice(2, 0, 'app');
await import('./fovea.mjs');
