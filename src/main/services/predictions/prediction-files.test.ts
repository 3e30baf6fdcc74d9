import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenFiles } from './prediction-files';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-given-'));
});
// Node cannot remove what no path reaches.
afterEach(() =>
  process.platform === 'linux' ? execFileSync('rm', ['-rf', folder]) : rmSync(folder, { recursive: true }),
);

describe('the dropped files', () => {
  it('are found in folders of any depth, except links and hidden files', async () => {
    const deep = join(folder, 'drop', ...Array.from({ length: 60 }, (_, level) => `level ${level}`));
    mkdirSync(deep, { recursive: true });
    for (const name of ['a.png', '.hidden']) writeFileSync(join(deep, name), 'x');
    symlinkSync(folder, join(deep, 'circle'));
    const files = await givenFiles([join(folder, 'drop'), join(folder, 'not there.png')]);
    expect(files.map(({ path }) => path)).toEqual([join(deep, 'a.png'), join(folder, 'not there.png')]);
    expect(files[0]?.name.split('/')).toHaveLength(62);
  });

  // Linux opens paths of up to 4,095 bytes (PATH_MAX).
  it.skipIf(process.platform !== 'linux')('report a folder whose path is too long to open', async () => {
    const cwd = process.cwd();
    try {
      process.chdir(folder);
      for (let level = 0; level < 45; level++) {
        mkdirSync('d'.repeat(100));
        process.chdir('d'.repeat(100));
      }
      writeFileSync('a.png', 'x');
    } finally {
      process.chdir(cwd);
    }
    writeFileSync(join(folder, 'b.png'), 'x');
    const files = await givenFiles([folder]);
    expect(files.map(({ refusal }) => refusal?.code ?? null).sort()).toEqual([null, 'path_too_long']);
  });
});
