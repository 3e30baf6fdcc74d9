import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratch, sweepScratch } from './scratch';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-scratch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, at = new Date()): string => {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'pixels.raster'), 'pixels');
  utimesSync(join(folder, name), at, at);
  return name;
};

describe('sweeping scratch', () => {
  it('removes files of ended processes, and none of a living one, however old', async () => {
    const own = basename(await makeScratch(folder, 'job'));
    const long = new Date(Date.now() - 3 * 86_400_000);
    utimesSync(join(folder, own), long, long);
    const ended = put(own.replace(`-${process.pid}-`, `-${spawnSync(process.execPath, ['-e', '']).pid}-`));
    // Our process id, of a process that had it before.
    const before = put(own.replace(/-[0-9a-f]{8}-[^-]+$/, '-01234567-a1b2c3d4'));
    const other = put(own.replace('job-', 'import-'));
    expect(readdirSync(folder).sort()).toEqual([own, ended, before, other].sort());
    await sweepScratch(folder, 'job');
    // Where the system does not tell when a process began, the id decides.
    const kept = process.platform === 'win32' ? [own, before, other] : [own, other];
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
  });

  it('removes unclaimed files, and those of another host, after a day', async () => {
    const old = new Date(Date.now() - 25 * 3_600_000);
    const here = basename(await makeScratch(folder, 'job'));
    const elsewhere = here.replace(/^job-[0-9a-f]{8}/, 'job-00000000');
    const kept = [here, put(elsewhere), put('job-Xy12ab')];
    put(elsewhere.replace(/[^-]+$/, 'older'), old);
    put('job-older', old);
    const all = readdirSync(folder);
    await sweepScratch(folder, 'job', false);
    expect(readdirSync(folder)).toEqual(all);
    await sweepScratch(folder, 'job');
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
    await sweepScratch(join(folder, 'not there'), 'job');
  });

  it.skipIf(process.platform === 'win32')(
    'is private to this user, or to those whom the folder is meant for',
    async () => {
      expect(statSync(await makeScratch(folder, 'job')).mode & 0o777).toBe(0o700);
      const umask = Number.parseInt(execFileSync('sh', ['-c', 'umask']).toString(), 8);
      expect(statSync(await makeScratch(folder, 'job', 0o777)).mode & 0o777).toBe(0o777 & ~umask);
    },
  );
});
