import { basename, dirname } from 'node:path';
import type { ImageKind, SkippedFile, SplitName } from '#shared/models/dataset';
import type { ArchiveEntry } from '../archive/open-archive';
import { pathFromUser } from '../native-path';
import { Slice } from '../slice';
import {
  type DetectedLayout,
  detectLayout,
  type FolderFacts,
  type Layout,
  readFolders,
  splitOfFolder,
} from './detect-layout';
import {
  foldedPaths,
  type MediaDirectory,
  type MediaSet,
  mediaDirectoryInArchive,
  mediaDirectoryOnDisk,
  type ReadMediaDirectory,
  readMediaSet,
} from './media-directories';
import { readHead } from './read-head';
import { ARCHIVE_NAME, scanArchive } from './scan-archive';
import { type WalkedFile, walkFiles } from './walk';

export interface ScanEntry {
  /** The selected folder or archive, or the folder of a selected file. */
  readonly root: string;
  /** Path of the file, or of the archive that contains it. */
  readonly path: string;
  /** Relative to the root, with forward slashes; images in an archive are prefixed with its name. */
  readonly relativePath: string;
  readonly kind: ImageKind;
  readonly bytes: number;
  /** The file in the archive; null for a file on disk. */
  readonly archived: ArchiveEntry | null;
  readonly label: string | null;
  readonly split: SplitName | null;
}

export interface ScanResult {
  /** Images in the order of the walk, which is deterministic. */
  readonly entries: readonly ScanEntry[];
  /** Files that are not images or could not be read. `path` is absolute. */
  readonly ignored: readonly SkippedFile[];
  /** Number of DICOMDIR files: directories of discs, which contain no image themselves. */
  readonly mediaDirectories: number;
  /** Folders relative to which paths are shown, those of ignored files included. */
  readonly roots: readonly string[];
  /** Layout of all selected folders together; files selected individually do not count. */
  readonly layout: Layout;
}

export interface ScanOptions {
  readonly signal?: AbortSignal;
  /** Called periodically with the number of files seen so far. */
  readonly onProgress?: (files: number) => void;
  /** Reads a DICOMDIR to compare it with the files beside it; without it, NOTHING_FOUND is compared. */
  readonly readMediaDirectory?: ReadMediaDirectory;
}

type Candidate = WalkedFile & {
  readonly kind: ImageKind;
  readonly bytes: number;
  readonly archived: ArchiveEntry | null;
  /** Folder names between the root and the file, outermost first. */
  readonly folders: readonly string[];
};

/** Results from one file of the walk. */
interface Found {
  readonly candidates: readonly Candidate[];
  readonly mediaDirectories: readonly PlacedDirectory[];
}

/** A DICOMDIR and its location, as for a candidate. */
type PlacedDirectory = Pick<Candidate, 'root' | 'folders'> & { readonly directory: MediaDirectory };

const NOTHING_FOUND: Found = { candidates: [], mediaDirectories: [] };

/** Heads read concurrently: enough to keep a disk or a network share busy, few enough for its file handles. */
const BATCH = 64;

function foldersOf(relativePath: string): readonly string[] {
  return relativePath.split('/').slice(0, -1);
}

/** An archive counts as a folder: `benign.zip` is the class "benign". */
function withoutEnding(name: string): string {
  return name.replace(ARCHIVE_NAME, '');
}

async function readCandidate(
  file: WalkedFile,
  signal: AbortSignal | undefined,
  named: ReadonlySet<string>,
  seen: { has(path: string): boolean },
  onSkip: (skip: SkippedFile) => void,
): Promise<Found> {
  const { path, relativePath } = file;
  try {
    const head = await readHead(path);
    const { kind, bytes } = head;
    if (head.mediaDirectory) {
      const directory = mediaDirectoryOnDisk(path, seen);
      return { candidates: [], mediaDirectories: [{ root: file.root, folders: foldersOf(relativePath), directory }] };
    }
    if (kind !== null) {
      const candidate = { ...file, kind, bytes, archived: null, folders: foldersOf(relativePath) };
      return { candidates: [candidate], mediaDirectories: [] };
    }
    if (head.archive && ARCHIVE_NAME.test(path)) return await readArchive(file, signal, named.has(path), onSkip);
    onSkip({ path, code: 'not_an_image', message: head.reason });
  } catch {
    signal?.throwIfAborted();
    onSkip({ path, code: 'unreadable', message: 'The file could not be opened.' });
  }
  return NOTHING_FOUND;
}

/**
 * Reads an archive. One that was selected itself is a root, like a selected folder; one found in a folder counts as a
 * folder in its root.
 */
async function readArchive(
  file: WalkedFile,
  signal: AbortSignal | undefined,
  named: boolean,
  onSkip: (skip: SkippedFile) => void,
): Promise<Found> {
  const { root, path, relativePath } = file;
  const content = await scanArchive(path, signal, (skip) =>
    onSkip({ ...skip, path: skip.path === '' ? path : `${path}/${skip.path}` }),
  );
  const outer = named ? [] : foldersOf(`${relativePath}/`).map(withoutEnding);
  const place = (name: string) => ({ root: named ? path : root, folders: [...outer, ...foldersOf(name)] });
  const candidates = content.images.map(({ entry, kind }) => ({
    ...place(entry.name),
    path,
    relativePath: `${relativePath}/${entry.name}`,
    kind,
    bytes: entry.bytes,
    archived: entry,
  }));
  const mediaDirectories = content.mediaDirectories.map((one) => ({
    ...place(one.name),
    directory: mediaDirectoryInArchive(path, one, content.names),
  }));
  return { candidates, mediaDirectories };
}

/**
 * Removes the folders of a disc from a candidate in its media set: they are named after patients, studies and series,
 * or numbered, so none is a class. Folders on the same disc but not in its directory are ordinary folders.
 */
function outsideMediaSet(candidate: Candidate, { root, folders }: PlacedDirectory, set: MediaSet): Candidate {
  const next = candidate.folders[folders.length];
  const isInside =
    candidate.root === root &&
    next !== undefined &&
    folders.every((name, depth) => candidate.folders[depth] === name) &&
    (set.folders?.has(next.toLowerCase()) ?? true);
  return isInside ? { ...candidate, folders } : candidate;
}

/**
 * Facts implied by the names of folders selected together with siblings: `train` and `test` are splits, and folders of
 * loose images are classes.
 */
function factsFromSiblings(
  folders: readonly string[],
  layouts: ReadonlyMap<string, DetectedLayout>,
): ReadonlyMap<string, FolderFacts> {
  const siblings = new Map<string, string[]>();
  for (const folder of folders) {
    if (layouts.has(folder)) siblings.set(dirname(folder), [...(siblings.get(dirname(folder)) ?? []), folder]);
  }
  const facts = new Map<string, FolderFacts>();
  for (const group of siblings.values()) {
    if (group.length < 2) continue;
    const name = (folder: string) => withoutEnding(basename(folder));
    if (group.every((folder) => splitOfFolder(name(folder)) !== null)) {
      for (const folder of group) facts.set(folder, { label: null, split: splitOfFolder(name(folder)) });
    } else if (group.every((folder) => layouts.get(folder)?.layout === 'none')) {
      for (const folder of group) facts.set(folder, { label: name(folder), split: null });
    }
  }
  return facts;
}

/** Labels candidates with one layout per root: folders selected together may be structured differently. */
async function labelEntries(
  candidates: readonly Candidate[],
  folders: readonly string[],
): Promise<{ readonly entries: ScanEntry[]; readonly layout: Layout }> {
  const slice = new Slice();
  /** Distinct folder paths by root; they are few. */
  const placesOf = new Map<string, Map<string, readonly string[]>>();
  for (const { root, folders: names } of candidates) {
    const places = placesOf.get(root) ?? new Map<string, readonly string[]>();
    placesOf.set(root, places.set(names.join('/'), names));
    if (slice.isOver) await slice.next();
  }
  const layouts = new Map<string, DetectedLayout>();
  for (const [root, places] of placesOf) layouts.set(root, detectLayout([...places.values()]));
  const outer = factsFromSiblings(folders, layouts);
  const entries: ScanEntry[] = [];
  for (const { root, path, relativePath, kind, bytes, archived, folders: names } of candidates) {
    const inner = readFolders(layouts.get(root) ?? { layout: 'none', depth: 0 }, names);
    const around = outer.get(root);
    const label = inner.label ?? around?.label ?? null;
    const split = inner.split ?? around?.split ?? null;
    entries.push({ root, path, relativePath, kind, bytes, archived, label, split });
    if (slice.isOver) await slice.next();
  }
  const labelled = entries.some(({ label }) => label !== null);
  const split = entries.some((entry) => entry.split !== null);
  return { entries, layout: !labelled ? 'none' : split ? 'split-class-folders' : 'class-folders' };
}

/**
 * Scans files and folders: recognises images by content (names and extensions do not count) and derives class and split
 * from their folders. A file selected twice is listed once. Rejects with the signal's reason if aborted.
 */
export async function scanPaths(paths: readonly string[], options: ScanOptions = {}): Promise<ScanResult> {
  const { signal, onProgress, readMediaDirectory } = options;
  const given = await Promise.all(paths.map(pathFromUser));
  let candidates: Candidate[] = [];
  const ignored: SkippedFile[] = [];
  const seen = new Set<string>();
  const named = new Set(given);
  const mediaDirectories: PlacedDirectory[] = [];
  /** Set after the walk and not read before. */
  let present: ReadonlySet<string> = new Set();
  const onDisk = { has: (path: string) => present.has(path) };
  const skip = (reason: SkippedFile) => ignored.push(reason);
  let batch: WalkedFile[] = [];

  async function flush(): Promise<void> {
    signal?.throwIfAborted();
    for (const found of await Promise.all(batch.map((file) => readCandidate(file, signal, named, onDisk, skip)))) {
      for (const candidate of found.candidates) candidates.push(candidate);
      mediaDirectories.push(...found.mediaDirectories);
    }
    batch = [];
    onProgress?.(seen.size);
  }

  for await (const file of walkFiles(given, signal, skip)) {
    if (seen.has(file.path)) continue;
    seen.add(file.path);
    batch.push(file);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  if (mediaDirectories.length > 0 && readMediaDirectory !== undefined) {
    present = foldedPaths(seen);
    for (const placed of mediaDirectories) {
      signal?.throwIfAborted();
      const set = await readMediaSet(placed.directory, readMediaDirectory);
      ignored.push(...set.missing);
      candidates = candidates.map((candidate) => outsideMediaSet(candidate, placed, set));
    }
  }
  ignored.sort((first, second) => (first.path < second.path ? -1 : first.path > second.path ? 1 : 0));
  const roots = given.map((path) => (ARCHIVE_NAME.test(path) ? dirname(path) : path));
  return { ...(await labelEntries(candidates, given)), ignored, mediaDirectories: mediaDirectories.length, roots };
}
