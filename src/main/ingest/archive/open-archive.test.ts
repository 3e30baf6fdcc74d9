import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renameInZip, zipBytes } from '../test-support/zip-bytes';
import { safeEntryName } from './entry-name';
import { openArchive } from './open-archive';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-zip-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'archive.zip');
  await writeFile(path, bytes);
  return path;
}

describe('entry names', () => {
  test.each([
    ['a/b.dcm', 'a/b.dcm'],
    ['a\\b.dcm', 'a/b.dcm'],
    ['ä ö/ü (1).png', 'ä ö/ü (1).png'],
    ['scan 12:30?.dcm', 'scan 12_30_.dcm'],
    ['CON/nul.png', '_CON/_nul.png'],
    ['a. /b', 'a_/b'],
    ['../a', null],
    ['a/../../b', null],
    ['..\\a', null],
    ['/etc/passwd', null],
    ['C:\\a', null],
    ['a//b', 'a/b'],
    ['./a', 'a'],
    ['./', null],
    ['', null],
    [`${'a/'.repeat(40)}b`, null],
    ['ä'.repeat(150), null],
  ])('%j becomes %j', (name, safe) => {
    expect(safeEntryName(name)).toBe(safe);
  });
});

test('entries are listed and read back; folders and clutter are skipped', async () => {
  const path = await put(
    await zipBytes([
      { name: 'a/1.txt', content: 'one'.repeat(100) },
      { name: 'ü.txt', content: 'two', compress: false },
      { name: '__MACOSX/a/._1.txt', content: 'x' },
      { name: 'a/.DS_Store', content: 'x' },
    ]),
  );
  const archive = await openArchive(path);
  expect(archive.entries.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['a/1.txt', 300],
    ['ü.txt', 3],
  ]);
  expect(archive.refused).toEqual([]);
  const [first] = archive.entries;
  if (first === undefined) throw new Error('no entry');
  expect((await buffer(await archive.read(first))).toString()).toBe('one'.repeat(100));
  await expect(archive.read({ ...first, crc32: first.crc32 ^ 1 })).rejects.toMatchObject({ code: 'file_changed' });
  archive.close();
});

test('paths out of the archive, links, encrypted and duplicate files are rejected one by one', async () => {
  const good = await zipBytes([
    { name: 'xx/traversal', content: 'a' },
    { name: 'xetc/absolute', content: 'a' },
    { name: 'link', content: '/etc/passwd', mode: 0o120777 },
    { name: 'device', content: '', mode: 0o020666 },
    { name: 'same-1', content: 'first' },
    { name: 'same-2', content: 'second' },
    { name: 'locked', content: 'a' },
    { name: 'good', content: 'a' },
  ]);
  const zip = [
    ['xx/traversal', '../traversal'],
    ['xetc/absolute', '/etc/absolute'],
    ['same-2', 'same-1'],
  ].reduce((bytes, [from, to]) => renameInZip(bytes, from as string, to as string), good);
  // Bit 0 of the general purpose flag in the central directory (APPNOTE 4.4.4); the name is 46 bytes after its start.
  const at = zip.lastIndexOf('locked') - 46 + 8;
  zip.writeUInt16LE(zip.readUInt16LE(at) | 1, at);
  const archive = await openArchive(await put(zip));
  expect(archive.entries.map(({ name }) => name)).toEqual(['same-1', 'good']);
  expect(archive.refused.map(({ path, code }) => [path, code])).toEqual([
    ['../traversal', 'unsafe_name'],
    ['/etc/absolute', 'unsafe_name'],
    ['link', 'link'],
    ['device', 'not_a_file'],
    ['same-1', 'duplicate_name'],
    ['locked', 'encrypted'],
  ]);
  archive.close();
});

// Each has only 4 stored bytes; an encrypted file has another 12 bytes of header (APPNOTE 6.1).
test('a stored encrypted file without a header is reported as encrypted, one with two sizes as damaged, and the rest is read', async () => {
  const zip = await zipBytes(
    ['locked', 'sizes-', 'good--'].map((name) => ({ name, content: 'abcd', compress: false })),
  );
  const header = (name: string) => zip.lastIndexOf(name) - 46;
  zip.writeUInt16LE(zip.readUInt16LE(header('locked') + 8) | 1, header('locked') + 8);
  zip.writeUInt32LE(5, header('sizes-') + 24);
  const archive = await openArchive(await put(zip));
  expect(archive.refused.map(({ path, code }) => [path, code])).toEqual([
    ['locked', 'encrypted'],
    ['sizes-', 'damaged'],
  ]);
  const [good] = archive.entries;
  if (good === undefined) throw new Error('no entry');
  expect((await buffer(await archive.read(good))).toString()).toBe('abcd');
  archive.close();
});

describe('bombs', () => {
  const limits = { entries: 10, bytes: 10_000_000, entryBytes: 1_000_000, ratio: 100, ratioFrom: 500_000 };

  test.each([
    ['too many files', Array.from({ length: 11 }, (_, index) => ({ name: `${index}`, content: 'a' }))],
    ['too much content', Array.from({ length: 3 }, (_, index) => ({ name: `${index}`, content: Buffer.alloc(4e6) }))],
    ['too high a ratio', [{ name: 'zeros', content: Buffer.alloc(900_000) }]],
  ])('%s', async (_, entries) => {
    await expect(openArchive(await put(await zipBytes(entries)), { limits })).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  test('one file that is too large is rejected alone', async () => {
    const big = { name: 'big', content: Buffer.alloc(1_000_001, 7), compress: false };
    const archive = await openArchive(await put(await zipBytes([big, { name: 'small', content: 'a' }])), { limits });
    expect(archive.entries.map(({ name }) => name)).toEqual(['small']);
    expect(archive.refused).toMatchObject([{ path: 'big', code: 'too_large' }]);
    archive.close();
  });

  test('overlapping files, with which a small archive claims more than it has', async () => {
    const zip = await zipBytes([{ name: 'a', content: Buffer.alloc(1000, 1), compress: false }]);
    const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    const entry = zip.subarray(directory, end);
    const tail = Buffer.from(zip.subarray(end));
    for (const at of [8, 10]) tail.writeUInt16LE(9, at);
    tail.writeUInt32LE(9 * entry.length, 12);
    const names = Array.from({ length: 9 }, (_, index) => {
      const copy = Buffer.from(entry);
      copy[46] = 0x61 + index;
      return copy;
    });
    const bomb = Buffer.concat([zip.subarray(0, directory), ...names, tail]);
    await expect(openArchive(await put(bomb))).rejects.toMatchObject({
      code: 'too_large',
      message: 'The archive declares more content than it has bytes.',
    });
  });

  test('a file that unpacks to more than its header says', async () => {
    const zip = await zipBytes([{ name: 'a', content: Buffer.alloc(100_000, 1) }]);
    const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip.writeUInt32LE(10, directory + 24);
    const archive = await openArchive(await put(zip));
    const [entry] = archive.entries;
    if (entry === undefined) throw new Error('no entry');
    await expect(archive.read(entry).then(buffer)).rejects.toThrow();
    archive.close();
  });
});

test.each([
  ['random bytes', Buffer.from('PK\x03\x04 and then nothing of the kind'.repeat(20))],
  ['nothing', Buffer.alloc(0)],
])('%s is a damaged archive', async (_, bytes) => {
  await expect(openArchive(await put(bytes))).rejects.toMatchObject({ code: 'damaged' });
});

test('a truncated archive is damaged; a missing one is unreadable', async () => {
  const zip = await zipBytes([{ name: 'a', content: 'a'.repeat(1000) }]);
  await expect(openArchive(await put(zip.subarray(0, zip.length - 30)))).rejects.toMatchObject({ code: 'damaged' });
  await expect(openArchive(join(folder, 'nowhere.zip'))).rejects.toMatchObject({ code: 'unreadable' });
});
