import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dicomFile, element } from '../test-support/dicom-bytes';
import { sharedData } from '../test-support/shared-data';
import { zipBytes } from '../test-support/zip-bytes';
import { scanPaths } from './scan';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex');
const DICOM = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.from('0200000055', 'hex')]);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-scan-'));
});
// Node cannot remove what no path reaches.
afterEach(() =>
  process.platform === 'linux' ? void execFileSync('rm', ['-rf', folder]) : rm(folder, { recursive: true }),
);

async function put(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

test('files are classified by content, whatever their names', async () => {
  await put({
    'a.txt': PNG,
    'b.dcm': JPEG,
    IM0001: DICOM,
    'c.png': 'not a picture',
    'd.jpg': '',
    'e.bin': Buffer.from([1, 2, 3, 0]),
  });
  const { entries, ignored, layout } = await scanPaths([folder]);
  expect(entries.map(({ relativePath, kind }) => [relativePath, kind])).toEqual([
    ['IM0001', 'dicom'],
    ['a.txt', 'png'],
    ['b.dcm', 'jpeg'],
  ]);
  expect(ignored.map(({ path, code, message }) => [path.slice(folder.length + 1), code, message])).toEqual([
    ['c.png', 'not_an_image', 'A text file, not an image.'],
    ['d.jpg', 'not_an_image', 'The file is empty.'],
    ['e.bin', 'not_an_image', 'Not a supported image.'],
  ]);
  expect(layout).toBe('none');
});

test('a bare data set without preamble counts as DICOM, text with a similar start does not', async () => {
  const implicit = Buffer.from('0800050000000a00000049534f5f49522031303020', 'hex');
  implicit.writeUInt32LE(10, 4);
  await put({ bare: implicit, text: 'a\u0000b' });
  const { entries } = await scanPaths([folder]);
  expect(entries.map(({ relativePath }) => relativePath)).toEqual(['bare']);
});

test('class folders: names with spaces, brackets and letters of any language; deeper folders keep the class', async () => {
  await put({
    'benign (1)/x [2].png': PNG,
    'größe/дата/深/y.png': PNG,
    'größe/z.png': PNG,
    '.hidden/a.png': PNG,
    'Thumbs.db': PNG,
  });
  const { entries, layout, ignored } = await scanPaths([folder]);
  expect(layout).toBe('class-folders');
  expect(entries.map(({ relativePath, label, split }) => [relativePath, label, split])).toEqual([
    ['benign (1)/x [2].png', 'benign (1)', null],
    ['größe/z.png', 'größe', null],
    ['größe/дата/深/y.png', 'größe', null],
  ]);
  expect(ignored).toEqual([]);
});

test.each([
  ['train', 'val', 'test'],
  ['Training', 'Validation', 'Testing'],
  ['TRAIN', 'dev', 'TEST'],
])('split folders %s, %s, %s with classes below', async (train, validation, testing) => {
  await put({ [`${train}/a/1.png`]: PNG, [`${validation}/b/2.png`]: PNG, [`${testing}/a/deep/3.png`]: PNG });
  const { entries, layout } = await scanPaths([folder]);
  expect(layout).toBe('split-class-folders');
  expect(Object.fromEntries(entries.map(({ relativePath, label, split }) => [relativePath, [label, split]]))).toEqual({
    [`${train}/a/1.png`]: ['a', 'train'],
    [`${validation}/b/2.png`]: ['b', 'validation'],
    [`${testing}/a/deep/3.png`]: ['a', 'test'],
  });
});

test('a folder that only wraps the classes is skipped; a split folder beside classes is a class', async () => {
  await put({ 'export/2024/a/1.png': PNG, 'export/2024/b/2.png': PNG });
  const wrapped = await scanPaths([folder]);
  expect(wrapped.entries.map(({ label }) => label)).toEqual(['a', 'b']);
  await put({ 'export/2024/test/3.png': PNG });
  const mixed = await scanPaths([folder]);
  expect(mixed.entries.map(({ label, split }) => [label, split])).toEqual([
    ['a', null],
    ['b', null],
    ['test', null],
  ]);
});

test('a class folder alone is one class; files in the root have no label', async () => {
  await put({ 'benign/1.png': PNG, 'benign/2.png': PNG });
  expect((await scanPaths([folder])).entries.map(({ label }) => label)).toEqual(['benign', 'benign']);
  await put({ 'loose.png': PNG });
  expect((await scanPaths([folder])).entries.map(({ label }) => label)).toEqual(['benign', 'benign', null]);
});

test('links are listed and not followed', async () => {
  await put({ 'a/1.png': PNG, 'b/2.png': PNG });
  await symlink(folder, join(folder, 'a', 'circle'));
  await symlink('/etc/hostname', join(folder, 'a', 'out.png'));
  const { entries, ignored } = await scanPaths([folder]);
  expect(entries).toHaveLength(2);
  expect(ignored.map(({ code }) => code)).toEqual(['link', 'link']);
});

test('files given alone, a file given twice, a missing path', async () => {
  await put({ 'a/1.png': PNG, 'b/2.png': PNG });
  const { entries, ignored } = await scanPaths([join(folder, 'a/1.png'), join(folder, 'a'), join(folder, 'missing')]);
  expect(entries.map(({ relativePath, label }) => [relativePath, label])).toEqual([['1.png', null]]);
  expect(ignored.map(({ code }) => code)).toEqual(['unreadable']);
});

test('an aborted scan rejects', async () => {
  await put({ 'a/1.png': PNG });
  await expect(scanPaths([folder], { signal: AbortSignal.abort() })).rejects.toThrow();
});

test('an empty folder gives an empty result', async () => {
  expect(await scanPaths([folder])).toEqual({
    entries: [],
    ignored: [],
    mediaDirectories: 0,
    layout: 'none',
    roots: [folder],
  });
});

test('class folders given one by one are classes; given together with a parent they are not joined', async () => {
  await put({ 'benign/a.png': PNG, 'malignant/b.png': PNG, 'other/c.png': PNG });
  const [benign, malignant] = ['benign', 'malignant'].map((name) => join(folder, name)) as [string, string];
  const together = await scanPaths([benign, malignant]);
  expect(together.layout).toBe('class-folders');
  expect(together.entries.map(({ label }) => label)).toEqual(['benign', 'malignant']);
  const alone = await scanPaths([benign]);
  expect(alone.layout).toBe('none');
  expect(alone.entries.map(({ label }) => label)).toEqual([null]);
  const files = await scanPaths([join(benign, 'a.png'), join(malignant, 'b.png')]);
  expect(files.entries.map(({ label }) => label)).toEqual([null, null]);
});

test('train and test folders given one by one are splits', async () => {
  await put({
    'Train/benign/a.png': PNG,
    'Train/normal/b.png': PNG,
    'test/benign/c.png': PNG,
    'test/normal/d.png': PNG,
  });
  const { entries, layout } = await scanPaths([join(folder, 'Train'), join(folder, 'test')]);
  expect(layout).toBe('split-class-folders');
  expect(entries.map(({ label, split }) => `${split}/${label}`)).toEqual([
    'train/benign',
    'train/normal',
    'test/benign',
    'test/normal',
  ]);
});

test('sibling folders with class folders keep their own', async () => {
  await put({ '2023/benign/a.png': PNG, '2023/normal/b.png': PNG, '2024/benign/c.png': PNG, '2024/normal/d.png': PNG });
  const { entries } = await scanPaths([join(folder, '2023'), join(folder, '2024')]);
  expect(entries.map(({ label }) => label)).toEqual(['benign', 'normal', 'benign', 'normal']);
});

test('a zip archive works like a folder: images by content, classes by its folders or its name', async () => {
  const inner = await zipBytes([{ name: 'x.png', content: PNG }]);
  await put({
    'one.zip': await zipBytes([
      { name: 'benign/1', content: PNG },
      { name: 'malignant/2.txt', content: JPEG },
      { name: 'malignant/notes.png', content: 'text' },
      { name: 'malignant/inner.zip', content: inner },
    ]),
  });
  const path = join(folder, 'one.zip');
  const scans = [await scanPaths([folder]), await scanPaths([path])];
  for (const { entries, ignored, layout } of scans) {
    expect(layout).toBe('class-folders');
    expect(entries.map((one) => [one.relativePath, one.label, one.kind, one.bytes, one.path])).toEqual([
      ['one.zip/benign/1', 'benign', 'png', PNG.length, path],
      ['one.zip/malignant/2.txt', 'malignant', 'jpeg', JPEG.length, path],
    ]);
    expect(ignored.map((one) => [one.path, one.code])).toEqual([
      [`${path}/malignant/inner.zip`, 'nested_archive'],
      [`${path}/malignant/notes.png`, 'not_an_image'],
    ]);
  }
  await rm(path);
  const [one, two] = [
    { name: '1.png', content: PNG },
    { name: '2.png', content: PNG },
  ];
  await put({ 'benign.zip': await zipBytes([one]), 'malignant.zip': await zipBytes([one, two]) });
  const found = await scanPaths([folder]);
  expect(found.entries.map(({ relativePath, label }) => [relativePath, label])).toEqual([
    ['benign.zip/1.png', 'benign'],
    ['malignant.zip/1.png', 'malignant'],
    ['malignant.zip/2.png', 'malignant'],
  ]);
  const chosen = await scanPaths([join(folder, 'benign.zip'), join(folder, 'malignant.zip')]);
  expect(chosen.entries.map(({ label }) => label)).toEqual(['benign', 'malignant', 'malignant']);
});

test('documents that are zip archives inside are not opened; a broken archive is one line', async () => {
  const document = await zipBytes([{ name: 'media/image1.png', content: PNG }]);
  await put({ 'labels.xlsx': document, 'cut.zip': document.subarray(0, 60), 'a/1.png': PNG });
  const { entries, ignored } = await scanPaths([folder]);
  expect(entries.map(({ relativePath }) => relativePath)).toEqual(['a/1.png']);
  expect(ignored.map(({ path, code }) => [path.slice(folder.length + 1), code])).toEqual([
    ['cut.zip', 'damaged'],
    ['labels.xlsx', 'not_an_image'],
  ]);
});

test('a DICOMDIR is counted, neither as an image nor as skipped, and its files are found by the walk', async () => {
  const directory = dicomFile([]);
  const meta = element(['00020002', 'UI', '1.2.840.10008.1.3.10']);
  const withClass = Buffer.concat([directory.subarray(0, 132), meta, directory.subarray(132)]);
  await put({ DICOMDIR: withClass, 'renamed.bin': withClass, 'DICOM/IM1': DICOM });
  const { entries, ignored, mediaDirectories } = await scanPaths([folder]);
  expect(entries.map(({ relativePath }) => relativePath)).toEqual(['DICOM/IM1']);
  expect([ignored, mediaDirectories]).toEqual([[], 2]);
});

const discs = sharedData('dicom/pydicom/dicomdirtests');

test.skipIf(discs.missing)(
  `real discs: every DICOMDIR is recognised, and the images are files${discs.why}`,
  async () => {
    const { entries, ignored, mediaDirectories } = await scanPaths([discs.path]);
    expect(mediaDirectories).toBeGreaterThan(0);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ relativePath }) => relativePath.includes('DICOMDIR'))).toEqual([]);
    expect(ignored.filter(({ path }) => path.includes('DICOMDIR'))).toEqual([]);
  },
);

// Linux opens paths of up to 4,095 bytes (PATH_MAX).
test.skipIf(process.platform !== 'linux')('a folder whose path is too long is ignored for that reason', async () => {
  const cwd = process.cwd();
  try {
    process.chdir(folder);
    for (let level = 0; level < 45; level++) {
      await mkdir('d'.repeat(100));
      process.chdir('d'.repeat(100));
    }
    await writeFile('a.png', PNG);
  } finally {
    process.chdir(cwd);
  }
  await put({ 'b.png': PNG });
  const { entries, ignored } = await scanPaths([folder]);
  expect(entries.map(({ relativePath }) => relativePath)).toEqual(['b.png']);
  expect(ignored.map(({ code, message }) => [code, message])).toEqual([
    ['path_too_long', 'Its path is too long for this system. Move it to a folder with a shorter path.'],
  ]);
});
