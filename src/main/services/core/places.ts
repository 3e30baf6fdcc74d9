import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Paths of a built Fovea and its data. */
export interface Places {
  /** Build output of the main process (`out/main`). */
  readonly mainFolder: string;
  /** Settings, imported backbones, logs: shared by window, browser tab and command line. */
  readonly userDataFolder: string;
  /** Default folder of new projects, which people can find. */
  readonly projectsFolder: string;
  readonly resourcesFolder: string;
  readonly rendererFolder: string;
  readonly preload: string;
  readonly entries: { readonly engineHost: string; readonly decodeHost: string; readonly backgroundWorker: string };
}

/** Paths relative to `mainFolder`, the build output of the main process (`out/main`). */
export function findPlaces(mainFolder: string): Places {
  return {
    mainFolder,
    userDataFolder: userDataFolder(process.env, process.platform, homedir()),
    projectsFolder: projectsFolder(process.env, homedir()),
    resourcesFolder: resolve(mainFolder, '../../resources'),
    rendererFolder: resolve(mainFolder, '../renderer'),
    preload: resolve(mainFolder, '../preload/index.cjs'),
    entries: {
      engineHost: join(mainFolder, 'engine-host.js'),
      decodeHost: join(mainFolder, 'decode-host.js'),
      backgroundWorker: join(mainFolder, 'background-worker.js'),
    },
  };
}

/** `FOVEA_HOME` if set, else the platform's folder for application data. */
export function userDataFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  const own = environment['FOVEA_HOME'];
  if (own !== undefined && own !== '') return resolve(own);
  switch (platform) {
    case 'win32':
      return join(environment['APPDATA'] ?? join(home, 'AppData/Roaming'), 'Fovea');
    case 'darwin':
      return join(home, 'Library/Application Support/Fovea');
    default:
      return join(environment['XDG_DATA_HOME'] || join(home, '.local/share'), 'fovea');
  }
}

/**
 * `projects` in `FOVEA_HOME` if set, else `Fovea` in the home folder: not in Documents, which systems sync to a cloud.
 */
export function projectsFolder(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const own = environment['FOVEA_HOME'];
  return own !== undefined && own !== '' ? join(resolve(own), 'projects') : join(home, 'Fovea');
}

/** Fovea's version, from the `package.json` above the build output. */
export function readVersion(mainFolder: string): string {
  const text = readFileSync(resolve(mainFolder, '../../package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
