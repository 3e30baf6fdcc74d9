import { decodePercent } from './label-table-cell';

/** Parts of a path that are compared: the file's name and the folders that it is in. */
const DEEPEST = 12;

export interface PathMatch<Entry> {
  readonly entry: Entry;
  /** Whether the entry names all of the file's path. */
  readonly whole: boolean;
  /** Whether the entry's path goes on with another folder than the one that the files are taken from. */
  readonly foreign: boolean;
}

export interface PathIndex<Entry> {
  /**
   * The entry that speaks of a file: the one with the longest common end, with or without the file's extension. Two
   * paths that both go on, with different folders, name two files: a shorter end is a match only where it is all of
   * one of the two paths. `root`: the folder that `path` is relative to, as far as it is known. Undefined where no
   * entry fits, or more than one.
   */
  find(path: string, root?: string): PathMatch<Entry> | undefined;
}

/** The entries whose path ends so. */
interface End<Entry> {
  /** Its whole path. */
  whole: Entry | null;
  /** One that goes on; `several` for more. */
  longer: Entry | 'several' | null;
}

export function indexPaths<Entry extends { readonly path: string }>(entries: readonly Entry[]): PathIndex<Entry> {
  const ends = new Map<string, End<Entry>>();
  let shared: readonly string[] | null = null;
  for (const entry of entries) {
    const parts = pathParts(entry.path);
    shared = commonStart(shared ?? parts.slice(0, -1), parts.slice(0, -1));
    const kept = parts.slice(-DEEPEST);
    kept.forEach((_, index) => {
      const text = kept.slice(index).join('/');
      const end = ends.get(text) ?? { whole: null, longer: null };
      ends.set(text, end);
      if (index === 0) end.whole = entry;
      else end.longer = end.longer === null ? entry : 'several';
    });
  }
  /** Folders that all entries begin with: they tell no two files apart. */
  const sharedFolders = shared?.length ?? 0;

  const findParts = (own: readonly string[], root: readonly string[]): PathMatch<Entry> | undefined => {
    const all = [...root, ...own].slice(-DEEPEST);
    for (let length = all.length; length > 0; length--) {
      const end = ends.get(all.slice(-length).join('/'));
      if (end === undefined) continue;
      if (end.whole !== null) return { entry: end.whole, whole: length >= own.length, foreign: false };
      if (length < Math.min(own.length, DEEPEST)) continue;
      if (end.longer === null || end.longer === 'several') return undefined;
      if (length > own.length || root.length === 0) return { entry: end.longer, whole: false, foreign: false };
      // The table goes on with other folders than the files are in. Where all of its paths begin with them, from the
      // root of a disk on, they are where somebody else kept the files; else they name another file.
      const more = pathParts(end.longer.path).length - length;
      const isElsewhere = more <= sharedFolders && ABSOLUTE.test(end.longer.path);
      return isElsewhere ? { entry: end.longer, whole: false, foreign: true } : undefined;
    }
    return undefined;
  };
  return {
    find(path, root = '') {
      const above = pathParts(root);
      return findParts(pathParts(path), above) ?? findParts(pathParts(path.replace(/\.[^./]+$/, '')), above);
    },
  };
}

const ABSOLUTE = /^(?:[a-z]:)?[\\/]|^~/i;

/** “C:\A\.\b\..\c.PNG” → a, c.png: decoded, in lower case and NFC, without drive and dots. */
export function pathParts(path: string): string[] {
  const parts: string[] = [];
  const plain = decodePercent(path)
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('\\', '/')
    .replace(/^[a-z]:(?=\/)/, '');
  for (const part of plain.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}

function commonStart(one: readonly string[], other: readonly string[]): readonly string[] {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}
