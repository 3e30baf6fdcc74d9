import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeCheckpointFolder } from '../engine-host/models/test-checkpoint';
import { readIncluded } from '../services/backbones/included-backbones';

const script = resolve(import.meta.dirname, '../../../scripts/include-backbones.mjs');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-included-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const include = (...given: string[]) =>
  spawnSync(process.execPath, [script, join(folder, 'backbones'), ...given], { encoding: 'utf8' });
const included = () =>
  readIncluded(join(folder, 'backbones'), [], (_what, error) => {
    throw error;
  });

it('puts checked weights with their licence where Fovea finds them as included', async () => {
  const model = writeCheckpointFolder(join(folder, 'model'));
  const refused = include(model);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('does not say under which licence');
  expect(await included()).toEqual([]);

  writeFileSync(join(model, 'LICENSE'), 'MIT License\n\nCopyright (c) A lab');
  writeFileSync(join(model, 'optimizer.pt'), 'not needed');
  const { stdout, stderr } = include(`${model}=lab/chest`);
  expect(stdout, stderr).toBe('Included lab/chest, licence MIT.\n');
  const [found, ...others] = await included();
  expect(others).toEqual([]);
  expect(found?.summary).toMatchObject({
    name: 'lab/chest',
    source: 'included',
    licence: 'MIT',
    documents: ['LICENSE'],
  });
  expect(readdirSync(join(folder, 'backbones', 'lab--chest')).sort()).toEqual([
    'LICENSE',
    'config.json',
    'model.safetensors',
    'preprocessor_config.json',
  ]);
});

it('refuses what an import refuses', () => {
  const { status, stderr } = include(folder);
  expect(status).toBe(1);
  expect(stderr).toContain('cannot be included. The folder has no config.json.');
});
