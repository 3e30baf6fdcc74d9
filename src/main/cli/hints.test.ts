import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const sources = resolve(import.meta.dirname, '..');

/** Lines of the sources behind both the window and the command line that name a command, without comments. */
const linesWithCommands = ['services', 'engine-host', 'decode-host', 'engine', 'ingest', 'store'].flatMap((folder) =>
  readdirSync(join(sources, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
    .flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && /\bfovea [a-z]+\b/.test(line))
        .map((line) => ({ path: relative(sources, path), line: line.trim() }));
    }),
);

describe('a text that names a command', () => {
  it('says that it is for the command line, so it also names the way in the window', () => {
    expect(linesWithCommands.length).toBeGreaterThan(2);
    expect(linesWithCommands.filter(({ line }) => !/on the command line: [^)]*\bfovea /i.test(line))).toEqual([]);
  });
});
