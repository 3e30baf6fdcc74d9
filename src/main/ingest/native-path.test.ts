import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nameFromBytes, nativePath, pathFromUser, plainName, readFolder } from './native-path';

// Windows and macOS have text names: nothing to escape, and a file system that rejects other bytes.
describe.skipIf(process.platform !== 'linux')('file names that are not UTF-8 (Linux)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-bytes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const bytesOf = (path: string) => Buffer.from(nativePath(path)).toString('latin1');

  test.each([
    ['größe.png', Buffer.from('größe.png'), 'größe.png'],
    ['Latin-1', Buffer.from('gr\xf6\xdfe.png', 'latin1'), 'gr\\xF6\\xDFe.png'],
    ['Shift-JIS', Buffer.from('\x89\xe6\x91\x9c', 'latin1'), '\\x89摜'],
    ['a lone surrogate (ED A0 80)', Buffer.from('a\xed\xa0\x80', 'latin1'), 'a\\xED\\xA0\\x80'],
    ['letters of two kinds', Buffer.concat([Buffer.from('ö'), Buffer.from([0xf6])]), 'ö\\xF6'],
    ['a backslash that reads like a byte', Buffer.from('a\\xF6'), 'a\\x5CxF6'],
    ['the same next to a byte', Buffer.from('\\xF6\xf6', 'latin1'), '\\x5CxF6\\xF6'],
    ['any other backslash', Buffer.from('a\\b\\xg1'), 'a\\b\\xg1'],
  ])('%s', (_, bytes, text) => {
    expect(nameFromBytes(bytes)).toBe(text);
    expect(bytesOf(text)).toBe(bytes.toString('latin1'));
  });

  test('any bytes map back to themselves', () => {
    for (let seed = 1; seed < 3000; seed++) {
      const bytes = Buffer.from(
        Array.from({ length: 8 }, (_, at) => 1 + ((seed * 7919 * (at + 3) * (at + seed)) % 255)),
      );
      if (seed % 3 === 0) bytes.write('\\xF6', seed % 4, 'latin1');
      expect(bytesOf(nameFromBytes(bytes))).toBe(bytes.toString('latin1'));
    }
  });

  test('folders are listed and files opened; a path from a command line finds its file', async () => {
    const name = Buffer.from('gr\xf6\xdfe', 'latin1');
    const inside = Buffer.concat([Buffer.from(folder + sep), name]);
    mkdirSync(inside);
    writeFileSync(Buffer.concat([inside, Buffer.from('/\xe4.txt', 'latin1')]), 'content');
    const [entry] = await readFolder(folder);
    expect([entry?.name, entry?.isDirectory()]).toEqual(['gr\\xF6\\xDFe', true]);
    expect((await readFolder(join(folder, 'gr\\xF6\\xDFe'))).map((one) => one.name)).toEqual(['\\xE4.txt']);
    // As Node decodes an argument of these bytes.
    const given = await pathFromUser(join(folder, 'gr\ufffd\ufffde', '\ufffd.txt'));
    expect(given).toBe(join(folder, 'gr\\xF6\\xDFe', '\\xE4.txt'));
    expect(await readFile(nativePath(given), 'utf8')).toBe('content');
  });

  test('of two names that read alike neither is chosen', async () => {
    for (const name of ['\xe4', '\xf6']) writeFileSync(Buffer.from(`${folder}/${name}`, 'latin1'), '');
    expect(await pathFromUser(join(folder, '\ufffd'))).toBe(join(folder, '\ufffd'));
  });

  test('a file with U+FFFD in its name is that file', async () => {
    writeFileSync(join(folder, '\ufffd'), '');
    writeFileSync(Buffer.from(`${folder}/\xe4`, 'latin1'), '');
    expect(await pathFromUser(join(folder, '\ufffd'))).toBe(join(folder, '\ufffd'));
  });

  test('names of our own files are plain', () => {
    expect(plainName('gr\\xF6\\xDFe/a.png')).toBe('gr__e/a.png');
  });
});
