import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { filePlace } from '../../process/file-place';
import { processStart } from '../../process/process-mark';
import { lockRunFolder } from './lock-run-folder';

const root = mkdtempSync(join(tmpdir(), 'fovea-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A run folder in which a living process trains: the parent of this one. */
function trainedElsewhere(name: string): string {
  const folder = mkdtempSync(join(root, name));
  const { ppid: pid } = process;
  const holder = { host: hostname(), pid, started: processStart(pid), place: filePlace(folder) };
  writeFileSync(join(folder, 'engine.json'), JSON.stringify(holder));
  return folder;
}
const lock = (folder: string) => lockRunFolder(folder, async () => {}, 0);

it('waits for the engine that trains in the folder, even if it was moved meanwhile', async () => {
  const folder = trainedElsewhere('run');
  await expect(lock(folder)).rejects.toMatchObject({ code: 'run_busy' });
  const moved = join(root, 'moved');
  renameSync(folder, moved);
  await expect(lock(moved)).rejects.toMatchObject({ code: 'run_busy' });
});

it('does not wait for the engine that trains in the original of a copied folder', async () => {
  const original = trainedElsewhere('original');
  const before = readFileSync(join(original, 'engine.json'), 'utf8');
  const copy = join(root, 'copy');
  cpSync(original, copy, { recursive: true });
  const unlock = await lock(copy);
  expect(JSON.parse(readFileSync(join(copy, 'engine.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  await unlock();
  expect(existsSync(join(copy, 'engine.json'))).toBe(false);
  expect(readFileSync(join(original, 'engine.json'), 'utf8')).toBe(before);
});
