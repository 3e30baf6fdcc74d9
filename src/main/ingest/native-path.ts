import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * Linux file names are bytes, and those from old disks are often not UTF-8. In text, an invalid byte is written as
 * `\xF6`, which a database, a message and a table can hold, and which can be converted back to the byte. A backslash
 * that would read as such an escape is itself `\x5C`. Other systems have text names, and on Windows a backslash
 * separates folders.
 */
const HAS_BYTE_NAMES = sep === '/';
const ESCAPED = /\\x([0-9A-F]{2})/g;
const AMBIGUOUS_BACKSLASH = /\\(?=x[0-9A-F]{2})/g;
const BACKSLASH = '\\x5C';

/** The character at `at`: one to four bytes that form valid UTF-8. Empty if there is none. */
function letterAt(bytes: Buffer, at: number): string {
  const length = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isUtf8(bytes.subarray(at, at + n)));
  return length === undefined ? '' : bytes.toString('utf8', at, at + length);
}

/** Converts a name or path from the system to text. */
export function nameFromBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString().replace(AMBIGUOUS_BACKSLASH, BACKSLASH);
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

/** Converts a path from text for calls of `node:fs`. */
export function nativePath(path: string): string | Buffer {
  if (!HAS_BYTE_NAMES || !path.includes('\\x')) return path;
  const bytes = Buffer.from(path).toString('latin1');
  const unescaped = bytes.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(unescaped, 'latin1');
}

/**
 * Lists a folder, with names as text.
 * @throws the system's error
 */
export async function readFolder(path: string): Promise<Dirent[]> {
  if (!HAS_BYTE_NAMES) return readdir(path, { withFileTypes: true });
  const entries = await readdir(nativePath(path), { withFileTypes: true, encoding: 'buffer' });
  // Node's own object, with a name that Node could not have decoded.
  return entries.map((entry) => Object.assign(entry as unknown as Dirent, { name: nameFromBytes(entry.name) }));
}

/** Replaces escaped bytes, for names that Fovea chooses. */
export const plainName = (path: string): string => path.replace(ESCAPED, '_');

/** Whether a file or folder exists; a link counts, whatever it points to. */
export const pathExists = (path: string): Promise<boolean> =>
  lstat(nativePath(path)).then(
    () => true,
    () => false,
  );

/**
 * Converts a path from the user to text. Launchers and file drops pass names as UTF-8 with U+FFFD for invalid bytes: if
 * such a path does not exist, the only existing name that reads like it is meant. Unchanged if there is none, or
 * several.
 */
export async function pathFromUser(path: string): Promise<string> {
  if (!HAS_BYTE_NAMES) return path;
  const text = path.replace(AMBIGUOUS_BACKSLASH, BACKSLASH);
  if (!path.includes('\ufffd') || (await pathExists(text))) return text;
  let found = '';
  for (const part of text.split(sep)) {
    const next = `${found}${part}`;
    if (!part.includes('\ufffd') || (await pathExists(next))) {
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
