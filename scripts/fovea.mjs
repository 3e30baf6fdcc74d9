#!/usr/bin/env node
// The `fovea` command in a checkout: rebuilds if needed, then runs the command in this process. Only the command itself
// writes to stdout.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const cli = join(root, 'out/main/cli.js');
/** Its modification time is the start of the last successful build. */
const stamp = join(root, 'out/.built');
const lock = join(root, '.cache/build.lock');

const isSource = (name) => !/\.test\.tsx?$/.test(name);

function newestSource() {
  const single = ['package.json', 'package-lock.json', 'electron.vite.config.ts'].map((name) => join(root, name));
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return Math.max(...[...single, ...sources].map((path) => statSync(path).mtimeMs));
}

function isBuilt() {
  return existsSync(cli) && existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource();
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs one build at a time: only one process can create a folder. A lock whose owner is gone is taken over. */
async function withBuildLock(action) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = join(lock, 'pid');
    const pid = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : undefined;
    const abandoned = pid === undefined ? Date.now() - lockedAt() > 5_000 : !isAlive(pid);
    if (abandoned) rmSync(lock, { recursive: true, force: true });
    else await new Promise((done) => setTimeout(done, 200));
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function lockedAt() {
  return statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** Returns whether there is a good build; the builder's log goes to stderr if it fails. */
function build() {
  if (isBuilt()) return true;
  const started = new Date();
  const require = createRequire(import.meta.url);
  const electronVite = join(dirname(require.resolve('electron-vite/package.json')), 'bin/electron-vite.js');
  const result = spawnSync(process.execPath, [electronVite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}\nFovea could not be built.\n`);
    return false;
  }
  writeFileSync(stamp, '');
  utimesSync(stamp, started, started);
  return true;
}

if (!isBuilt()) {
  if (!existsSync(join(root, 'node_modules/electron-vite'))) {
    process.stderr.write('Fovea is not set up yet. Run `npm ci` first.\n');
    process.exit(1);
  }
  if (!(await withBuildLock(build))) process.exit(1);
}
await import(pathToFileURL(cli).href);
