import type { SplitName } from '#shared/models/dataset';

export type Layout = 'class-folders' | 'split-class-folders' | 'none';

/** Label and split implied by a file's folders. */
export interface FolderFacts {
  readonly label: string | null;
  readonly split: SplitName | null;
}

const splitNames: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** Own keys only: a folder named "constructor" is an ordinary class. */
export function splitOfFolder(name: string): SplitName | null {
  const key = name.toLowerCase();
  return Object.hasOwn(splitNames, key) ? (splitNames[key] as SplitName) : null;
}

/** Folder names of images without a class, as written by the de-identified export. */
export const UNLABELLED_FOLDER = 'unlabelled';
export const SEVERAL_LABELS_FOLDER = 'several-labels';
const classless: ReadonlySet<string> = new Set([UNLABELLED_FOLDER, SEVERAL_LABELS_FOLDER]);

const classOf = (name: string | undefined): string | null =>
  name === undefined || classless.has(name.toLowerCase()) ? null : name;

/** A layout, and the number of folders around it: `export/2024/benign` has its classes at depth 2. */
export interface DetectedLayout {
  readonly layout: Layout;
  readonly depth: number;
}

/**
 * Whether all files lie below the same folder at `depth` and none directly in it, so that it only wraps its content.
 */
function isWrapper(folders: readonly (readonly string[])[], depth: number): boolean {
  const name = folders[0]?.[depth];
  if (name === undefined || splitOfFolder(name) !== null || classless.has(name.toLowerCase())) return false;
  return folders.every((names) => names[depth] === name && names.length > depth + 1);
}

/**
 * Detects the layout of one root. `folders` are the folder names between the root and each file, outermost first. Skips
 * folders that only wrap all the rest. If every top folder names a split (train, val, test, ...), the folder below is
 * the class; otherwise the top folder is. Deeper folders belong to that class.
 */
export function detectLayout(folders: readonly (readonly string[])[]): DetectedLayout {
  let depth = 0;
  while (isWrapper(folders, depth)) depth++;
  const tops = new Set(folders.flatMap((names) => names[depth] ?? []));
  const loose = folders.some((names) => names.length <= depth);
  if (tops.size === 0) return { layout: 'none', depth };
  if (!loose && [...tops].every((top) => splitOfFolder(top) !== null)) {
    const classes = folders.some((names) => names.length > depth + 1);
    return { layout: classes ? 'split-class-folders' : 'none', depth };
  }
  return { layout: 'class-folders', depth };
}

/** Label and split of one file under a layout. */
export function readFolders({ layout, depth }: DetectedLayout, folders: readonly string[]): FolderFacts {
  const top = folders[depth];
  const second = folders[depth + 1];
  if (layout === 'class-folders') return { label: classOf(top), split: null };
  if (layout === 'split-class-folders') {
    return { label: classOf(second), split: top === undefined ? null : splitOfFolder(top) };
  }
  return { label: null, split: null };
}
