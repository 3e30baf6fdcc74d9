import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RawZipEntry, rawZip, unicodePath } from '../test-support/zip-entries';
import { openArchive } from './open-archive';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-names-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function open(entries: readonly RawZipEntry[], disk?: number) {
  const path = join(folder, 'archive.zip');
  await writeFile(path, rawZip(entries, disk));
  return openArchive(path);
}

const content = Buffer.from('picture');
const UTF8 = 0x800;
const named = 'größe/ä (1).png';
/** CP437 of ö, ß and ä (APPNOTE appendix D): 94, E1, 84. */
const dos = Buffer.from('gr\x94\xe1e/\x84 (1).png', 'latin1');

describe('one folder packed by different programs has the same names', () => {
  // The ways in which a name may be written (APPNOTE 4.4.4, 4.6.9 and appendix D), each with programs that do. Archives
  // of Info-ZIP 3.0, bsdtar 3.6, 7-Zip 16.02 and Python 3.11 were read beside this test and gave this name.
  test.each<[string, Partial<RawZipEntry> & Pick<RawZipEntry, 'name'>]>([
    [
      'macOS (Archive Utility, ditto): letters apart from accents, UTF-8 without the flag',
      { name: Buffer.from(named.normalize('NFD')) },
    ],
    ['Linux (Info-ZIP 3.0): UTF-8 with the flag', { name: Buffer.from(named), flags: UTF8 }],
    ['Linux (older): UTF-8 without the flag', { name: Buffer.from(named) }],
    ['Windows Explorer: the character set of DOS', { name: dos, host: 0 }],
    ['Windows (7-Zip, Python): UTF-8 with the flag', { name: Buffer.from(named), flags: UTF8, host: 11 }],
    ['Info-ZIP with a Unicode path beside it', { name: dos, host: 0, extra: unicodePath(dos, named) }],
    ['.NET before 4.6.1: backslashes', { name: Buffer.from(named.replace('/', '\\')), flags: UTF8, host: 0 }],
    ['bsdtar: a dot in front', { name: Buffer.from(`./${named}`), flags: UTF8 }],
    ['a flag that is not true', { name: dos, flags: UTF8, host: 0 }],
    [
      'a Unicode path of another name, left over from renaming',
      { name: Buffer.from(named), extra: unicodePath(dos, 'old.png') },
    ],
  ])('%s', async (_, entry) => {
    const archive = await open([{ content, ...entry }]);
    expect(archive.entries.map(({ name }) => name)).toEqual([named]);
    const [first] = archive.entries;
    if (first !== undefined) expect(await buffer(await archive.read(first))).toEqual(content);
    archive.close();
  });

  test('what macOS adds and the entries of folders are passed over', async () => {
    const archive = await open([
      { name: Buffer.from('a\\'), content: Buffer.alloc(0), host: 0 },
      { name: Buffer.from('a/b.png'), content },
      { name: Buffer.from('a/._b.png'), content },
      { name: Buffer.from('__MACOSX/a/._b.png'), content },
      { name: Buffer.from('a/Icon\r'), content },
    ]);
    expect([archive.entries.map(({ name }) => name), archive.refused]).toEqual([['a/b.png'], []]);
    archive.close();
  });
});

describe('what cannot be opened is called by its name', () => {
  test.each([
    ['a password (ZipCrypto, bit 0)', { flags: 1 }, 'encrypted', 'password'],
    ['a password (AES, method 99)', { flags: 1, method: 99 }, 'encrypted', 'password'],
    ['Deflate64, as Windows packs large files', { method: 9 }, 'unsupported_compression', 'Deflate64'],
    ['Zstandard', { method: 93 }, 'unsupported_compression', 'Zstandard'],
  ])('%s', async (_, entry, code, word) => {
    // ZipCrypto puts 12 bytes in front of what is stored; here the sizes are those of a deflated entry.
    const archive = await open([{ name: Buffer.from('a.png'), content, method: 8, ...entry }]);
    expect(archive.entries).toEqual([]);
    expect(archive.refused).toEqual([{ path: 'a.png', code, message: expect.stringContaining(word) }]);
    archive.close();
  });

  test('strong encryption and split archives are no damage', async () => {
    const entry = { name: Buffer.from('a.png'), content };
    await expect(open([{ ...entry, flags: 0x41 }])).rejects.toMatchObject({ code: 'encrypted' });
    await expect(open([entry], 2)).rejects.toMatchObject({ code: 'unsupported_archive' });
  });
});
