import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * File names of Linux are bytes, and those from old disks are often no UTF-8. As text, a byte that is none is written
 * `\xF6`: a database, a message and a table can hold it, and it leads back to the byte. A backslash that would be read
 * so is itself `\x5C`. Other systems have names of text, and on Windows a backslash leads into a folder.
 */
const HAS_BYTE_NAMES = sep === '/';
const ESCAPED = /\\x([0-9A-F]{2})/g;
const WOULD_BE_READ = /\\(?=x[0-9A-F]{2})/g;
const BACKSLASH = '\\x5C';

/** The letter that begins at `at`: one to four bytes that are UTF-8 together. Empty where there is none. */
function letterAt(bytes: Buffer, at: number): string {
  const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
  return length === undefined ? '' : bytes.toString('utf8', at, at + length);
}

/** A name, or a path, as the system gives it, as text. */
export function nameFromBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString().replace(WOULD_BE_READ, BACKSLASH);
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const letter = letterAt(bytes, at);
    const escapes = letter === '\\' && /^x[0-9A-F]{2}/.test(bytes.toString('latin1', at + 1, at + 4));
    if (letter === '') name += `\\x${(bytes[at] as number).toString(16).toUpperCase()}`;
    else name += escapes ? BACKSLASH : letter;
    at += Math.max(1, Buffer.byteLength(letter));
  }
  return name;
}

/** A path as text, for the calls of `node:fs`. */
export function nativePath(path: string): string | Buffer {
  if (!HAS_BYTE_NAMES || !path.includes('\\x')) return path;
  const bytes = Buffer.from(path).toString('latin1');
  const unescaped = bytes.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(unescaped, 'latin1');
}

/** What is in a folder, with names as text. Throws the system's error. */
export async function readFolder(path: string): Promise<Dirent[]> {
  if (!HAS_BYTE_NAMES) return readdir(path, { withFileTypes: true });
  const entries = await readdir(nativePath(path), { withFileTypes: true, encoding: 'buffer' });
  // Node's own object, with the name that it could not have given.
  return entries.map((entry) => Object.assign(entry as unknown as Dirent, { name: nameFromBytes(entry.name) }));
}

/** A path as text whose bytes are text: for names that we choose ourselves. */
export const plainName = (path: string): string => path.replace(ESCAPED, '_');

const isThere = (path: string): Promise<boolean> =>
  lstat(nativePath(path)).then(
    () => true,
    () => false,
  );

/**
 * A path that a person gave, as text. What starts a program, or drops a file, gives names as UTF-8 with U+FFFD for the
 * rest: where such a path leads nowhere, the only name that reads like it is meant. Unchanged where there is none, or
 * several.
 */
export async function givenPath(path: string): Promise<string> {
  if (!HAS_BYTE_NAMES) return path;
  const text = path.replace(WOULD_BE_READ, BACKSLASH);
  if (!path.includes('\ufffd') || (await isThere(text))) return text;
  let found = '';
  for (const part of text.split(sep)) {
    const next = `${found}${part}`;
    if (!part.includes('\ufffd') || (await isThere(next))) {
      found = `${next}${sep}`;
      continue;
    }
    const entries = await readFolder(found === '' ? '.' : found).catch(() => []);
    const alike = entries.filter(({ name }) => nativePath(name).toString() === part);
    if (alike.length !== 1 || alike[0] === undefined) return text;
    found = `${join(found, alike[0].name)}${sep}`;
  }
  return found.slice(0, -sep.length);
}
