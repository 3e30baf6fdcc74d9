import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importOptionsSchema } from '#shared/models/dataset';
import type { DecodePool } from '../decode-host/client';
import { decodeJobs } from '../decode-host/jobs';
import { zipBytes } from '../ingest/test-support/zip-bytes';
import { createDataset, type Dataset } from './dataset';
import { createEvents } from './events';
import { createImports, type Imports } from './import';
import { createPictures } from './pictures';
import { givenFiles } from './prediction-files';
import { imagesFolder } from './project-paths';
import { createProjects, type OpenProject, type Projects } from './projects';
import { createSplits } from './splits';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let root: string;
let projects: Projects;
let project: OpenProject;
let imports: Imports;
let dataset: Dataset;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-import-names-'));
  const events = createEvents();
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  project = await projects.create(join(root, 'project'));
  const splits = createSplits({ events });
  imports = createImports({ events, pool, splits });
  dataset = createDataset({ splits, pool });
  mkdirSync(join(root, 'images'));
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const picture = (seed: number) =>
  sharp(Buffer.from(Array.from({ length: 40 * 30 }, (_, i) => (i * 7 + seed * 13) % 256)), {
    raw: { width: 40, height: 30, channels: 1 },
  })
    .png()
    .toBuffer();

async function importAll(paths: readonly string[], more: object = {}) {
  const plan = await imports.scan(project, paths);
  const handle = { signal: new AbortController().signal, progress: () => {} };
  return { plan, result: await imports.run(project, plan.id, importOptionsSchema.parse(more), null, handle) };
}

const paths = () => dataset.images(project, dataset.ids(project, {}, 'path')).map((image) => image.path);

describe.skipIf(process.platform !== 'linux')('file names that are not UTF-8', () => {
  /** `gutartig/gr<F6><DF>e.png` and `b<F6>sartig/<E4>.png`, as a disk of Latin-1 has them. */
  async function putLatin1(): Promise<string> {
    const folder = join(root, 'images');
    for (const [index, name] of ['gutartig/gr\xf6\xdfe.png', 'b\xf6sartig/\xe4.png'].entries()) {
      const path = Buffer.from(`${folder}/${name}`, 'latin1');
      mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
      writeFileSync(path, await picture(index));
    }
    return folder;
  }

  it('are imported, shown with the bytes that are no text, and read again from their place', async () => {
    const { plan, result } = await importAll([await putLatin1()]);
    expect(result).toMatchObject({ added: 2, skipped: [], classes: { gutartig: 1, 'b\\xF6sartig': 1 } });
    expect(plan.information?.join()).toContain('2 files have names that are not UTF-8');
    expect(paths()).toEqual(['b\\xF6sartig/\\xE4.png', 'gutartig/gr\\xF6\\xDFe.png']);
    // The cache gone, pictures come from the files themselves.
    rmSync(join(project.folder, 'cache'), { recursive: true });
    const pictures = createPictures({ dataset, pool });
    for (const id of dataset.ids(project, {}, 'path')) {
      expect((await pictures.thumbnail(project, id)).length).toBeGreaterThan(100);
    }
    // The same files again are known.
    expect((await importAll([join(root, 'images')])).plan.alreadyKnown).toBe(2);
  });

  it('are copied under plain names', async () => {
    await importAll([await putLatin1()], { copy: true });
    expect(paths()).toEqual(['b_sartig/_.png', 'gutartig/gr__e.png']);
    expect(readdirSync(imagesFolder(project.folder)).sort()).toEqual(['b_sartig', 'gutartig']);
  });

  it('are predicted, also where the command line could not give the name', async () => {
    const folder = await putLatin1();
    const files = await givenFiles([folder, join(folder, 'gutartig', 'gr\ufffd\ufffde.png')]);
    expect(files.map(({ name }) => name)).toEqual([
      'images/b\\xF6sartig/\\xE4.png',
      'images/gutartig/gr\\xF6\\xDFe.png',
      'gr\\xF6\\xDFe.png',
    ]);
    for (const { path } of files) expect((await pool.inspect({ path, identifying: false })).ok).toBe(true);
  });
});

it('what an import leaves out for a reason that can be helped is said in the plan', async () => {
  const locked = await zipBytes([{ name: 'a.png', content: await picture(1) }]);
  const at = locked.lastIndexOf('a.png') - 46 + 8;
  locked.writeUInt16LE(1, at);
  writeFileSync(join(root, 'images', 'locked.zip'), locked);
  const outer = await zipBytes([
    { name: 'inner.zip', content: locked },
    { name: 'table.xlsx', content: locked },
    { name: 'b.png', content: await picture(2) },
    { name: 'c.heic', content: '\0\0\0\x18ftypheic\0\0\0\0mif1heic' },
  ]);
  writeFileSync(join(root, 'images', 'outer.zip'), outer);
  const { plan, result } = await importAll([join(root, 'images')]);
  expect(plan.warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^1 file locked with a password: unpack/),
      expect.stringMatching(/^1 file left out that is an archive/),
    ]),
  );
  expect(result.warnings).toEqual(expect.arrayContaining([expect.stringMatching(/^1 file locked with a password/)]));
  expect(plan.files).toBe(1);
  expect(result.skipped.map(({ path, code }) => [path, code])).toEqual([
    ['locked.zip/a.png', 'encrypted'],
    ['outer.zip/c.heic', 'not_an_image'],
    ['outer.zip/inner.zip', 'nested_archive'],
    ['outer.zip/table.xlsx', 'not_an_image'],
  ]);
  expect(result.skipped[1]?.message).toContain('A HEIC picture, which Fovea does not read. Save it as PNG or JPEG.');
});
