import type { ImportResult, SkippedFile } from '#shared/models/dataset';
import { groupPatients, importGroups } from './counts';
import type { ProjectStore } from './open';

/** Opens the record of an import; it stays `running` if the process dies. */
export function startImport(store: ProjectStore): number {
  return store.run(`INSERT INTO imports (started_at, state) VALUES (?, 'running')`, new Date().toISOString()).id;
}

export function addSkip(store: ProjectStore, importId: number, skip: SkippedFile): void {
  store.run(
    'INSERT INTO import_skips (import_id, path, code, message) VALUES (?, ?, ?, ?)',
    importId,
    skip.path,
    skip.code,
    skip.message,
  );
}

export function finishImport(
  store: ProjectStore,
  importId: number,
  state: 'done' | 'cancelled' | 'failed',
  result: ImportResult,
): void {
  const { skipped: _, ...rest } = result;
  store.run(
    'UPDATE imports SET finished_at = ?, state = ?, result = ? WHERE id = ?',
    new Date().toISOString(),
    state,
    JSON.stringify(rest),
    importId,
  );
}

/** The newest import that ended, with its skipped files. */
export function lastImport(store: ProjectStore): ImportResult | null {
  const row = store.get<{ id: number; result: string }>(
    'SELECT id, result FROM imports WHERE result IS NOT NULL ORDER BY id DESC LIMIT 1',
  );
  if (row === undefined) return null;
  const skipped = store.all<SkippedFile>(
    'SELECT path, code, message FROM import_skips WHERE import_id = ? ORDER BY id',
    row.id,
  );
  const stored = JSON.parse(row.result) as Omit<ImportResult, 'skipped' | 'moved'> & Partial<ImportResult>;
  // Imports of earlier versions did not count moved files, and counted the patients of the whole project.
  const people = stored.withoutPatient === undefined ? groupPatients(importGroups(store, row.id)) : {};
  return { moved: 0, ...stored, ...people, skipped };
}

/** Number of frames of a file, and the images of its frames in the dataset, by frame; null if there are none. */
export function knownFrames(
  store: ProjectStore,
  hash: string,
): { readonly frames: number; readonly present: ReadonlyMap<number, number> } | null {
  const rows = store.all<{ id: number; frame: number; frames: number }>(
    'SELECT id, frame, frames FROM images WHERE removed_at IS NULL AND hash = ?',
    hash,
  );
  const [first] = rows;
  return first === undefined
    ? null
    : { frames: first.frames, present: new Map(rows.map(({ id, frame }) => [frame, id])) };
}

/** Sizes in bytes of the files in the dataset: a file of another size is new. */
export function knownSizes(store: ProjectStore): Set<number> {
  return new Set(store.column<number>('SELECT DISTINCT file_bytes FROM images WHERE removed_at IS NULL'));
}

/** Paths of a source whose files are in the dataset, with their sizes. */
export function knownPaths(store: ProjectStore, folder: string): Map<string, number> {
  return new Map(
    store.json<[string, number][]>(
      `SELECT json_group_array(json_array(path, file_bytes)) FROM images JOIN sources ON sources.id = source_id
       WHERE removed_at IS NULL AND sources.folder = ?`,
      folder,
    ),
  );
}
