import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipBytes } from '../../ingest/test-support/zip-bytes';
import { createPictures } from '../dataset/pictures';
import { parseTableText } from '../label-tables/label-table-text';
import { readLabelTable } from '../label-tables/read-label-table';
import { givenFiles } from '../predictions/prediction-files';
import { imagesFolder } from '../project/project-paths';
import { type ImportProject, openImportProject } from '../test-support/import-project';

let at: ImportProject;
beforeEach(async () => {
  at = await openImportProject();
  mkdirSync(join(at.root, 'images'));
});
afterEach(() => at.close());

const picture = (seed: number) =>
  sharp(Buffer.from(Array.from({ length: 40 * 30 }, (_, i) => (i * 7 + seed * 13) % 256)), {
    raw: { width: 40, height: 30, channels: 1 },
  })
    .png()
    .toBuffer();

const paths = () => at.dataset.images(at.project, at.dataset.ids(at.project, {}, 'path')).map((image) => image.path);

describe.skipIf(process.platform !== 'linux')('file names that are not UTF-8', () => {
  /** `gutartig/gr<F6><DF>e.png` and `b<F6>sartig/<E4>.png`, as on a Latin-1 disk. */
  async function putLatin1(): Promise<string> {
    const folder = join(at.root, 'images');
    for (const [index, name] of ['gutartig/gr\xf6\xdfe.png', 'b\xf6sartig/\xe4.png'].entries()) {
      const path = Buffer.from(`${folder}/${name}`, 'latin1');
      mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
      writeFileSync(path, await picture(index));
    }
    return folder;
  }

  it('are imported, shown with escaped bytes, and read again from their path', async () => {
    const { plan, result } = await at.importAll([await putLatin1()]);
    expect(result).toMatchObject({ added: 2, skipped: [], classes: { gutartig: 1, 'b\\xF6sartig': 1 } });
    expect(plan.information?.join()).toContain('2 files have names that are not UTF-8');
    expect(paths()).toEqual(['b\\xF6sartig/\\xE4.png', 'gutartig/gr\\xF6\\xDFe.png']);
    // Without the cache, pictures come from the files themselves.
    rmSync(join(at.project.folder, 'cache'), { recursive: true });
    const pictures = createPictures(at);
    for (const id of at.dataset.ids(at.project, {}, 'path')) {
      expect((await pictures.thumbnail(at.project, id)).length).toBeGreaterThan(100);
    }
    // The same files are recognised.
    expect((await at.importAll([join(at.root, 'images')])).plan.alreadyKnown).toBe(2);
  });

  it('are copied under plain names', async () => {
    await at.importAll([await putLatin1()], { copy: true });
    expect(paths()).toEqual(['b_sartig/_.png', 'gutartig/gr__e.png']);
    expect(readdirSync(imagesFolder(at.project.folder)).sort()).toEqual(['b_sartig', 'gutartig']);
  });

  it('match table rows that use the displayed names', () => {
    const table = readLabelTable(parseTableText(Buffer.from('path,label\ngutartig/gr\\xF6\\xDFe.png,benign\n')), {});
    expect(table.find('gutartig/gr\\xF6\\xDFe.png')).toMatchObject({ entry: { label: 'benign' }, whole: true });
  });

  it('can be predicted, even if the command line could not pass the name', async () => {
    const folder = await putLatin1();
    const files = await givenFiles([folder, join(folder, 'gutartig', 'gr\ufffd\ufffde.png')]);
    expect(files.map(({ name }) => name)).toEqual([
      'images/b\\xF6sartig/\\xE4.png',
      'images/gutartig/gr\\xF6\\xDFe.png',
      'gr\\xF6\\xDFe.png',
    ]);
    for (const { path } of files) expect((await at.pool.inspect({ path, identifying: false })).ok).toBe(true);
  });
});

it('names in the plan what an import leaves out for a reason that can be fixed', async () => {
  const locked = await zipBytes([{ name: 'a.png', content: await picture(1) }]);
  const flags = locked.lastIndexOf('a.png') - 46 + 8;
  locked.writeUInt16LE(1, flags);
  writeFileSync(join(at.root, 'images', 'locked.zip'), locked);
  const outer = await zipBytes([
    { name: 'inner.zip', content: locked },
    { name: 'table.xlsx', content: locked },
    { name: 'b.png', content: await picture(2) },
    { name: 'c.heic', content: '\0\0\0\x18ftypheic\0\0\0\0mif1heic' },
  ]);
  writeFileSync(join(at.root, 'images', 'outer.zip'), outer);
  const { plan, result } = await at.importAll([join(at.root, 'images')]);
  expect(plan.warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^1 file in a password-protected archive skipped. Unpack/),
      expect.stringMatching(/^1 file skipped: an archive/),
    ]),
  );
  expect(result.warnings).toEqual(
    expect.arrayContaining([expect.stringMatching(/^1 file in a password-protected archive/)]),
  );
  expect(plan.files).toBe(1);
  expect(result.skipped.map(({ path, code }) => [path, code])).toEqual([
    ['locked.zip/a.png', 'encrypted'],
    ['outer.zip/c.heic', 'not_an_image'],
    ['outer.zip/inner.zip', 'nested_archive'],
    ['outer.zip/table.xlsx', 'not_an_image'],
  ]);
  expect(result.skipped[1]?.message).toContain('A HEIC image, which Fovea does not read. Save it as PNG or JPEG.');
});
