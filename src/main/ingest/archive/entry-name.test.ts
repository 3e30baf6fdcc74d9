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
  // Ways to encode a name (APPNOTE 4.4.4, 4.6.9 and appendix D), each with programs that use it. Archives from Info-ZIP
  // 3.0, bsdtar 3.6, 7-Zip 16.02 and Python 3.11 were also read and gave this name.
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

  // Names encoded with Python 3.11's codecs: '/'.join(names).encode('cp850').hex(), and so on. Each is a separate file
  // here.
  describe.each([
    [
      'German',
      'cp850',
      '62947361727469672f67757461727469672f756e61756666846c6c69672f8162726967652f477294e1652f9966666e756e67',
      'bösartig/gutartig/unauffällig/übrige/Größe/Öffnung',
    ],
    [
      'German',
      'cp437',
      '62947361727469672f67757461727469672f756e61756666846c6c69672f8162726967652f477294e1652f9966666e756e67',
      'bösartig/gutartig/unauffällig/übrige/Größe/Öffnung',
    ],
    [
      'German',
      'cp1252',
      '62f67361727469672f67757461727469672f756e61756666e46c6c69672ffc62726967652f4772f6df652fd666666e756e67',
      'bösartig/gutartig/unauffällig/übrige/Größe/Öffnung',
    ],
    ['German, one word', 'cp850', '6294736172746967', 'bösartig'],
    ['German, one word', 'cp437', '6294736172746967', 'bösartig'],
    ['German, one word', 'cp1252', '62f6736172746967', 'bösartig'],
    ['German, sharp s', 'cp850', '67726fe1', 'groß'],
    ['German, sharp s', 'cp437', '67726fe1', 'groß'],
    ['German, sharp s', 'cp1252', '67726fdf', 'groß'],
    [
      'French',
      'cp850',
      '62826e696e2f85207265766f69722f8263686f677261706869652f6c8273696f6e2074728a732073757370656374652f74836368652f64826a852076752f4e6f896c',
      'bénin/à revoir/échographie/lésion très suspecte/tâche/déjà vu/Noël',
    ],
    [
      'French',
      'cp437',
      '62826e696e2f85207265766f69722f8263686f677261706869652f6c8273696f6e2074728a732073757370656374652f74836368652f64826a852076752f4e6f896c',
      'bénin/à revoir/échographie/lésion très suspecte/tâche/déjà vu/Noël',
    ],
    [
      'French',
      'cp1252',
      '62e96e696e2fe0207265766f69722fe963686f677261706869652f6ce973696f6e207472e8732073757370656374652f74e26368652f64e96ae02076752f4e6feb6c',
      'bénin/à revoir/échographie/lésion très suspecte/tâche/déjà vu/Noël',
    ],
    ['French, one word', 'cp850', '62826e696e', 'bénin'],
    ['French, one word', 'cp437', '62826e696e', 'bénin'],
    ['French, one word', 'cp1252', '62e96e696e', 'bénin'],
    [
      'Spanish',
      'cp850',
      '696da067656e65732f6c657369a26e2f61a46f2f6da0732f7365a4616c2fd66e64696365',
      'imágenes/lesión/año/más/señal/Índice',
    ],
    [
      'Spanish',
      'cp1252',
      '696de167656e65732f6c657369f36e2f61f16f2f6de1732f7365f1616c2fcd6e64696365',
      'imágenes/lesión/año/más/señal/Índice',
    ],
    ['Spanish, one word', 'cp850', '696da067656e6573', 'imágenes'],
    ['Spanish, one word', 'cp437', '696da067656e6573', 'imágenes'],
    ['Spanish, one word', 'cp1252', '696de167656e6573', 'imágenes'],
    [
      'Polish',
      'cp852',
      '8861676f646e792f7a886f986c6977792f637aa998862f707261776964886f77792fbea28874792fab72a264886f2f72a96b61',
      'łagodny/złośliwy/część/prawidłowy/żółty/źródło/ręka',
    ],
    [
      'Polish',
      'cp1250',
      'b361676f646e792f7ab36f9c6c6977792f637aea9ce62f707261776964b36f77792fbff3b374792f9f72f364b36f2f72ea6b61',
      'łagodny/złośliwy/część/prawidłowy/żółty/źródło/ręka',
    ],
    [
      'Polish',
      'iso8859-2',
      'b361676f646e792f7ab36fb66c6977792f637aeab6e62f707261776964b36f77792fbff3b374792fbc72f364b36f2f72ea6b61',
      'łagodny/złośliwy/część/prawidłowy/żółty/źródło/ręka',
    ],
    ['Polish, one word', 'cp852', '7a886f986c697779', 'złośliwy'],
    ['Polish, one word', 'cp1250', '7ab36f9c6c697779', 'złośliwy'],
    ['Polish, one word', 'iso8859-2', '7ab36fb66c697779', 'złośliwy'],
    [
      'Czech',
      'cp852',
      '6e657a686f75626eec2f6ea06c657a2f728573742fa76c7574ec2f9f656c6973742f4b617465fd696e612f76d86b2fe774a1746ea020a76ca07a61',
      'nezhoubný/nález/růst/žlutý/čelist/Kateřina/věk/štítná žláza',
    ],
    [
      'Czech',
      'cp1250',
      '6e657a686f75626efd2f6ee16c657a2f72f973742f9e6c7574fd2fe8656c6973742f4b617465f8696e612f76ec6b2f9a74ed746ee1209e6ce17a61',
      'nezhoubný/nález/růst/žlutý/čelist/Kateřina/věk/štítná žláza',
    ],
    [
      'Czech',
      'iso8859-2',
      '6e657a686f75626efd2f6ee16c657a2f72f973742fbe6c7574fd2fe8656c6973742f4b617465f8696e612f76ec6b2fb974ed746ee120be6ce17a61',
      'nezhoubný/nález/růst/žlutý/čelist/Kateřina/věk/štítná žláza',
    ],
    ['Czech, one word', 'cp852', '7a686f75626eec206ea06c657a', 'zhoubný nález'],
    ['Czech, one word', 'cp1250', '7a686f75626efd206ee16c657a', 'zhoubný nález'],
    ['Czech, one word', 'iso8859-2', '7a686f75626efd206ee16c657a', 'zhoubný nález'],
    ['Portuguese', 'cp850', '6c6573e465732f6ec66f2f726164696187c66f2f6372836e696f', 'lesões/não/radiação/crânio'],
    ['Portuguese', 'cp1252', '6c6573f565732f6ee36f2f7261646961e7e36f2f6372e26e696f', 'lesões/não/radiação/crânio'],
    ['Danish', 'cp850', '6f6e6461727465742f68866e646c65642f6b6e912f9b7265', 'ondartet/håndled/knæ/øre'],
    ['Danish', 'cp1252', '6f6e6461727465742f68e56e646c65642f6b6ee62ff87265', 'ondartet/håndled/knæ/øre'],
  ])('%s names in %s', (_language, set, hex, names) => {
    // Windows programs write either set, Unix programs the locale's.
    test.each(set.startsWith('cp12') ? [0, 3] : set.startsWith('iso') ? [3] : [0, 11])('host %i', async (host) => {
      const parts = Buffer.from(hex, 'hex').toString('latin1').split('/');
      const folders = parts.map((part) => Buffer.from(`${part}/a.png`, 'latin1'));
      const archive = await open(folders.map((name) => ({ name, content, host })));
      expect(archive.entries.map(({ name }) => name)).toEqual(names.split('/').map((name) => `${name}/a.png`));
      archive.close();
    });
  });

  test('names in no such language are read as in the specification', async () => {
    // "病変" in Shift JIS: 95 61 95 CF. CP437: ò a ò ╧.
    const archive = await open([{ name: Buffer.from('956195cf2e706e67', 'hex'), content, host: 0 }]);
    expect(archive.entries.map(({ name }) => name)).toEqual(['òaò╧.png']);
    archive.close();
  });

  test('metadata of macOS and folder entries are skipped', async () => {
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

describe('unsupported archives are named', () => {
  test.each([
    ['a password (ZipCrypto, bit 0)', { flags: 1 }, 'encrypted', 'password'],
    ['a password (AES, method 99)', { flags: 1, method: 99 }, 'encrypted', 'password'],
    ['Deflate64, as Windows packs large files', { method: 9 }, 'unsupported_compression', 'Deflate64'],
    ['Zstandard', { method: 93 }, 'unsupported_compression', 'Zstandard'],
  ])('%s', async (_, entry, code, word) => {
    // ZipCrypto prepends 12 bytes to a stored file; here the sizes are those of a deflated entry.
    const archive = await open([{ name: Buffer.from('a.png'), content, method: 8, ...entry }]);
    expect(archive.entries).toEqual([]);
    expect(archive.refused).toEqual([{ path: 'a.png', code, message: expect.stringContaining(word) }]);
    archive.close();
  });

  test('strong encryption and split archives are not called damage', async () => {
    const entry = { name: Buffer.from('a.png'), content };
    await expect(open([{ ...entry, flags: 0x41 }])).rejects.toMatchObject({ code: 'encrypted' });
    await expect(open([entry], 2)).rejects.toMatchObject({ code: 'unsupported_archive' });
  });
});
