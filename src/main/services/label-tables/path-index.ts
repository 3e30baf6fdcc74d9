import { decodePercent } from './label-table-cell';

/** Trailing path components compared at most: the file name and its folders. */
const MAX_DEPTH = 12;

export interface PathMatch<Entry> {
  readonly entry: Entry;
  /** Whether the entry covers the file's whole path. */
  readonly whole: boolean;
  /** Whether the entry's path continues with a folder other than the one the files were imported from. */
  readonly foreign: boolean;
}

export interface PathIndex<Entry> {
  /**
   * The entry for a file: the one with the longest common path suffix, with or without the file's extension. Two paths
   * that continue with different folders name two files, so a shorter suffix matches only if it is the whole of one of
   * the paths. `root`: the folder that `path` is relative to, as far as known. Undefined if no entry matches, or
   * several.
   */
  find(path: string, root?: string): PathMatch<Entry> | undefined;
}

/** Entries with a common path suffix. */
interface End<Entry> {
  /** The entry whose whole path is the suffix. */
  whole: Entry | null;
  /** The entry whose path is longer than the suffix; `several` if there is more than one. */
  longer: Entry | 'several' | null;
}

export function indexPaths<Entry extends { readonly path: string }>(entries: readonly Entry[]): PathIndex<Entry> {
  const ends = new Map<string, End<Entry>>();
  let shared: readonly string[] | null = null;
  for (const entry of entries) {
    const parts = pathParts(entry.path);
    shared = commonStart(shared ?? parts.slice(0, -1), parts.slice(0, -1));
    const kept = parts.slice(-MAX_DEPTH);
    kept.forEach((_, index) => {
      const text = kept.slice(index).join('/');
      const end = ends.get(text) ?? { whole: null, longer: null };
      ends.set(text, end);
      if (index === 0) end.whole = entry;
      else end.longer = end.longer === null ? entry : 'several';
    });
  }
  /** Number of leading folders that all entries share: they distinguish no files. */
  const sharedFolders = shared?.length ?? 0;

  const findParts = (own: readonly string[], root: readonly string[]): PathMatch<Entry> | undefined => {
    const all = [...root, ...own].slice(-MAX_DEPTH);
    for (let length = all.length; length > 0; length--) {
      const end = ends.get(all.slice(-length).join('/'));
      if (end === undefined) continue;
      if (end.whole !== null) return { entry: end.whole, whole: length >= own.length, foreign: false };
      if (length < Math.min(own.length, MAX_DEPTH)) continue;
      if (end.longer === null || end.longer === 'several') return undefined;
      if (length > own.length || root.length === 0) return { entry: end.longer, whole: false, foreign: false };
      // The table's path continues with folders that the file is not in. If all its paths start with these folders,
      // from the root of a disk, they are where somebody else kept the files; otherwise they name a different file.
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

/** Path components, decoded, in lower case and NFC, without drive and dots: “C:\A\.\b\..\c.PNG” → a, c.png. */
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
