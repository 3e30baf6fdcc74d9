import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { createImports, type Imports } from '../imports/imports';
import { createLabels, type Labels } from '../labels/labels';
import type { OpenProject } from '../project/projects';
import { createSplits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createDataset, type Dataset } from './dataset';
import { recordVersion } from './dataset-versions';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let opened: TestProject;
let root: string;
let project: OpenProject;
let imports: Imports;
let labels: Labels;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, project } = opened);
  const { events } = opened;
  const splits = createSplits();
  labels = createLabels();
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  dataset = createDataset({ splits, pool });
});
afterEach(() => {
  opened.close();
});

async function put(path: string, seed: number): Promise<void> {
  const random = createRandom(29, seed);
  const pixels = Buffer.from(Array.from({ length: 40 * 30 }, () => random.integer(256)));
  mkdirSync(join(root, 'images', path, '..'), { recursive: true });
  const raw = { width: 40, height: 30, channels: 1 } as const;
  writeFileSync(join(root, 'images', path), await sharp(pixels, { raw }).png().toBuffer());
}

async function importAll() {
  const plan = await imports.scan(project, [join(root, 'images')]);
  const handle = quietJob();
  return imports.run(project, plan.id, importOptionsSchema.parse({}), null, handle);
}

/** Computed as documented, from the files themselves. */
function expectedHash(): string {
  const folder = join(root, 'images');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const lines = files.map((entry) => {
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    return `${createHash('sha256').update(bytes).digest('hex')} 0\n`;
  });
  return createHash('sha256')
    .update([...new Set(lines)].sort().join(''))
    .digest('hex');
}

const numbers = () =>
  dataset.versions(project).map(({ number, images, added, removed }) => [number, images, added, removed]);

it('creates a version for an import that changes the dataset, and only then', async () => {
  expect(await recordVersion(project, null)).toBe(null);
  expect(dataset.summary(project).version).toBe(null);
  for (let i = 0; i < 5; i++) await put(`${i < 3 ? 'a' : 'b'}/${i}.png`, i);
  await importAll();
  expect(dataset.versions(project)).toMatchObject([
    { number: 1, import: 1, images: 5, added: 5, removed: 0, classes: { a: 3, b: 2 }, hash: expectedHash() },
  ]);
  expect(dataset.summary(project).version).toMatchObject({ number: 1, changed: false });
  cpSync(join(root, 'images', 'a', '0.png'), join(root, 'images', 'a', 'again.png'));
  await importAll();
  expect(numbers()).toEqual([[1, 5, 5, 0]]);
  await put('b/9.png', 9);
  await importAll();
  expect(numbers()).toEqual([
    [1, 5, 5, 0],
    [2, 6, 1, 0],
  ]);
  expect(dataset.versions(project)[1]).toMatchObject({ import: 3, hash: expectedHash() });
});

it('counts removed and restored images in the next version', async () => {
  for (let i = 0; i < 20; i++) await put(`a/${i}.png`, i);
  await importAll();
  labels.remove(project, [2, 3, 17]);
  expect(dataset.summary(project).version).toMatchObject({ number: 1, changed: true });
  rmSync(join(root, 'images'), { recursive: true });
  await put('a/20.png', 20);
  await importAll();
  labels.undo(project);
  expect(dataset.summary(project).version).toMatchObject({ number: 2, changed: true });
  // A run records the state that it is trained on.
  expect(await recordVersion(project, null)).toMatchObject({ number: 3, import: null });
  // The same images as in the newest version make no new version; those of an earlier version do.
  labels.remove(project, [1]);
  labels.undo(project);
  expect(await recordVersion(project, null)).toMatchObject({ number: 3 });
  expect(numbers()).toEqual([
    [1, 20, 20, 0],
    [2, 18, 1, 3],
    [3, 21, 3, 0],
  ]);
});
