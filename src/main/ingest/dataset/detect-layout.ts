import type { SplitName } from '#shared/models/dataset';

export type Layout = 'class-folders' | 'split-class-folders' | 'none';

/** What a file's folders say of it. */
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

/** Own keys only: a folder named "constructor" is a class like any other. */
export function splitOfFolder(name: string): SplitName | null {
  const key = name.toLowerCase();
  return Object.hasOwn(splitNames, key) ? (splitNames[key] as SplitName) : null;
}

/** Folders that say that their images have no class: the de-identified export writes them. */
export const UNLABELLED_FOLDER = 'unlabelled';
export const SEVERAL_LABELS_FOLDER = 'several-labels';
const classless: ReadonlySet<string> = new Set([UNLABELLED_FOLDER, SEVERAL_LABELS_FOLDER]);

const classOf = (name: string | undefined): string | null =>
  name === undefined || classless.has(name.toLowerCase()) ? null : name;

/** A layout, and how many folders stand around it: `export/2024/benign` has its classes at depth 2. */
export interface DetectedLayout {
  readonly layout: Layout;
  readonly depth: number;
}

/** Whether every file lies in folder `name` at `depth`, and none directly in it: then it only wraps what is inside. */
function wrapper(folders: readonly (readonly string[])[], depth: number): boolean {
  const name = folders[0]?.[depth];
  if (name === undefined || splitOfFolder(name) !== null || classless.has(name.toLowerCase())) return false;
  return folders.every((names) => names[depth] === name && names.length > depth + 1);
}

/**
 * How the folders of one root are meant. `folders` are the folder names between the root and each file, outermost
 * first. Folders that only wrap all the rest are passed over. When every top folder is a part of a split (train, val,
 * test, ...) the folder below is the class; else the top folder is. Folders further down belong to that class.
 */
export function detectLayout(folders: readonly (readonly string[])[]): DetectedLayout {
  let depth = 0;
  while (wrapper(folders, depth)) depth++;
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
