import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../test-support';
import { openRowFiles } from './row-files';

const newFolder = temporaryFolders();
const row = (...values: number[]) => Uint8Array.from(values);

function read(folder: string, name: string, bytes = 3): number[] | null {
  const files = openRowFiles(folder, bytes);
  const into = new Uint8Array(bytes);
  const found = files.read(name, into);
  files.close();
  return found ? [...into] : null;
}

async function write(folder: string, ...rows: (readonly [string, Uint8Array])[]): Promise<string> {
  const before = new Set(readdirSync(folder));
  const files = openRowFiles(folder, rows[0]?.[1].byteLength ?? 0);
  for (const one of rows) await files.append([one]);
  files.close();
  return join(folder, readdirSync(folder).find((name) => !before.has(name)) as string);
}

describe('rows in files', () => {
  it('are found again by their names, in one file per writer', async () => {
    const folder = join(newFolder(), 'new');
    const files = openRowFiles(folder, null);
    expect([files.rowBytes, files.has('a')]).toEqual([null, false]);
    await files.append([
      ['a', row(1, 2, 3)],
      ['b', row(4, 5, 6)],
    ]);
    await files.append([['c', row(7, 8, 9)]]);
    const into = new Uint8Array(3);
    expect(files.read('b', into) && [...into]).toEqual([4, 5, 6]);
    files.close();
    expect(readdirSync(folder)).toHaveLength(1);
    await write(folder, ['d', row(0, 0, 1)]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => read(folder, name))).toEqual([
      ...[
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
        [0, 0, 1],
      ],
      null,
    ]);
    expect(openRowFiles(folder, null).rowBytes).toBe(3);
    expect(read(folder, 'a', 4)).toBeNull();
  });

  it('have one size', async () => {
    const folder = newFolder();
    const files = openRowFiles(folder, 3);
    await expect(files.append([['a', row(1, 2)]])).rejects.toThrow('different sizes');
    files.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('survive a kill in the middle of a row, wherever it falls', async () => {
    const folder = newFolder();
    const path = await write(folder, ['a', row(1, 2, 3)], ['b', row(4, 5, 6)]);
    const whole = readFileSync(path);
    for (let size = whole.length - 1; size >= whole.length - 23; size -= 1) {
      writeFileSync(path, whole);
      truncateSync(path, size);
      expect([read(folder, 'a'), read(folder, 'b')]).toEqual([[1, 2, 3], null]);
    }
    // The next writer stores the row again.
    await write(folder, ['b', row(4, 5, 6)]);
    expect(read(folder, 'b')).toEqual([4, 5, 6]);
  });

  it('that were damaged are missing until they are stored again', async () => {
    const folder = newFolder();
    const path = await write(folder, ['a', row(1, 2, 3)], ['b', row(4, 5, 6)]);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = 7;
    writeFileSync(path, bytes);
    expect([read(folder, 'a'), read(folder, 'b')]).toEqual([[1, 2, 3], null]);
    await write(folder, ['b', row(4, 5, 6)]);
    expect(read(folder, 'b')).toEqual([4, 5, 6]);
  });

  it('ignore files of others', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'empty.rows'), '');
    writeFileSync(join(folder, 'other.rows'), 'something else altogether');
    const path = await write(folder, ['a', row(1, 2, 3)]);
    appendFileSync(path, 'x'.repeat(40));
    expect([read(folder, 'a'), read(folder, 'b')]).toEqual([[1, 2, 3], null]);
  });
});
