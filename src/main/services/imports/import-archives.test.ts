import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importOptionsSchema } from '#shared/models/dataset';
import { zipBytes } from '../../ingest/test-support/zip-bytes';
import type { Dataset } from '../dataset/dataset';
import { createPictures } from '../dataset/pictures';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { type ImportProject, openImportProject } from '../test-support/import-project';
import { quietJob } from '../test-support/quiet-job';
import type { Imports } from './imports';

let opened: ImportProject;
let root: string;
let project: OpenProject;
let imports: Imports;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openImportProject();
  ({ root, project, imports, dataset } = opened);
  mkdirSync(join(root, 'images'));
});
afterEach(() => opened.close());

const picture = (seed: number) =>
  sharp(Buffer.from(Array.from({ length: 40 * 30 }, (_, i) => (i * 7 + seed * 13) % 256)), {
    raw: { width: 40, height: 30, channels: 1 },
  })
    .png()
    .toBuffer();

const importAll = (paths: readonly string[], options?: object) => opened.importAll(paths, options);

it('unpacks the images of an archive into the project, where they are read once the archive is gone', async () => {
  const archive = join(root, 'images', 'study.zip');
  const pictures = await Promise.all([1, 2, 3].map(picture));
  const [one, two, three] = pictures as [Buffer, Buffer, Buffer];
  writeFileSync(
    archive,
    await zipBytes([
      { name: 'benign/1.png', content: one },
      { name: 'malignant/ä: 2.png', content: two },
      { name: 'malignant/3.png', content: three },
      { name: 'malignant/again.png', content: three },
      { name: 'malignant/notes.txt', content: 'notes' },
    ]),
  );
  const before = readFileSync(archive);
  const { plan, result } = await importAll([archive], { groupPattern: '/([^/]+)\\.png$' });
  expect(plan).toMatchObject({ files: 4, layout: 'class-folders', alreadyKnown: 0 });
  expect(plan.information?.join()).toContain('4 files in 1 zip archive: will be unpacked into the project');
  expect(plan.ignored.map((one) => one.path)).toEqual(['study.zip/malignant/notes.txt']);
  expect(result).toMatchObject({ added: 3, duplicates: 1, classes: { benign: 1, malignant: 2 } });
  expect(readFileSync(archive).equals(before)).toBe(true);
  // No unpacked file is left.
  expect(readdirSync(join(cacheFolder(project.folder), 'unpacking'))).toEqual([]);

  const second = await importAll([archive]);
  expect(second.plan.alreadyKnown).toBeGreaterThanOrEqual(3);
  expect(second.result).toMatchObject({ added: 0, duplicates: 4 });

  rmSync(archive);
  rmSync(cacheFolder(project.folder), { recursive: true });
  const listed = dataset.images(project, dataset.ids(project, {}, 'path'));
  expect(listed.map(({ path, label }) => [path, label])).toEqual([
    ['study.zip/benign/1.png', 'benign'],
    [expect.stringMatching(/^study\.zip\/malignant\/(3|again)\.png$/), 'malignant'],
    ['study.zip/malignant/ä_ 2.png', 'malignant'],
  ]);
  const hashes = listed.map(({ id }) => {
    const { path, hash } = dataset.sourceFile(project, id);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash);
    return hash;
  });
  expect(new Set(hashes).size).toBe(3);
  const shown = createPictures(opened).raster(project, listed[0]?.id ?? 0);
  expect((await sharp(await shown).metadata()).width).toBe(40);
});

it('keeps both files of archives with the same names, and one image for a folder and its archive', async () => {
  for (const [index, name] of ['a', 'b'].entries()) {
    mkdirSync(join(root, 'images', name));
    writeFileSync(
      join(root, 'images', name, 'scans.zip'),
      await zipBytes([{ name: 'x/1.png', content: await picture(index) }]),
    );
  }
  writeFileSync(join(root, 'images', 'loose.png'), await picture(0));
  const archives = ['a', 'b'].map((name) => join(root, 'images', name, 'scans.zip'));
  const { result } = await importAll([...archives, join(root, 'images', 'loose.png')]);
  expect(result).toMatchObject({ added: 2, duplicates: 1 });
  const files = dataset.ids(project, {}, 'path').map((id) => dataset.sourceFile(project, id).path);
  expect(new Set(files).size).toBe(2);
  for (const file of files) expect(existsSync(file)).toBe(true);
});

it('lists a damaged or changed file of an archive, and imports the others', async () => {
  const archive = join(root, 'images', 'study.zip');
  const entries = await Promise.all(
    [1, 2, 3].map(async (seed) => ({ name: `a/${seed}.png`, content: await picture(seed), compress: false })),
  );
  const bytes = await zipBytes(entries);
  // Stored without compression: only the checksum reveals a changed byte in the middle of the second image.
  const second = entries[1]?.content ?? Buffer.alloc(0);
  const at = bytes.indexOf(second) + Math.floor(second.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(archive, bytes);
  const { result } = await importAll([archive]);
  expect(result.added).toBe(2);
  expect(result.skipped).toEqual([
    {
      path: 'study.zip/a/2.png',
      code: 'damaged',
      message: 'It could not be unpacked: the archive is damaged here.',
    },
  ]);
  const later = await imports.scan(project, [archive]);
  writeFileSync(archive, await zipBytes([{ name: 'a/1.png', content: await picture(9) }]));
  const changed = await imports.run(project, later.id, importOptionsSchema.parse({}), null, quietJob());
  expect(changed.added).toBe(0);
  expect(new Set(changed.skipped.map((one) => one.code))).toEqual(new Set(['file_changed']));
});

it('names an archive of which nothing can be read, with the reason', async () => {
  const chosen = join(root, 'images', 'study.zip');
  const refused = () => importAll([chosen]).catch((error: unknown) => error);
  const locked = await zipBytes([{ name: 'a/1.png', content: await picture(1), compress: false }]);
  const flags = locked.lastIndexOf('a/1.png') - 46 + 8;
  locked.writeUInt16LE(locked.readUInt16LE(flags) | 1, flags);
  writeFileSync(chosen, locked);
  expect(await refused()).toMatchObject({
    code: 'nothing_to_import',
    hint: expect.stringMatching(/a\/1\.png: It is password-protected/),
  });
  // The archive is named for deeply nested files too.
  const deep = await zipBytes([{ name: 'a/b/c/1.png', content: await picture(1), compress: false }]);
  const deepFlags = deep.lastIndexOf('a/b/c/1.png') - 46 + 8;
  deep.writeUInt16LE(deep.readUInt16LE(deepFlags) | 1, deepFlags);
  writeFileSync(chosen, deep);
  expect(await refused()).toMatchObject({
    hint: expect.stringMatching(/^study\.zip\/a\/b\/c\/1\.png: It is password-protected/),
  });
  writeFileSync(chosen, await zipBytes([{ name: 'in.zip', content: locked }]));
  expect(await refused()).toMatchObject({ hint: expect.stringMatching(/study\.zip\/in\.zip: Archives inside/) });
  writeFileSync(chosen, locked.subarray(0, locked.length - 30));
  expect(await refused()).toMatchObject({ hint: expect.stringMatching(/study\.zip: The archive is damaged/) });
  writeFileSync(
    chosen,
    await zipBytes([
      ...['a', 'b', 'c'].map((name) => ({ name: `${name}.txt`, content: 'text' })),
      { name: 'in.zip', content: locked },
    ]),
  );
  expect(await refused()).toMatchObject({
    hint: expect.stringMatching(/^study\.zip\/in\.zip: .* study\.zip\/a\.txt: .* 2 other files were also skipped\./),
  });
});
