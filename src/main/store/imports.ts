import type { ImportResult, SkippedFile } from '#shared/models/dataset';
import type { ProjectStore } from './open';

/** Opens the record of an import; it stays `running` where the process dies. */
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

/** The newest import that came to an end, with its skipped files. */
export function lastImport(store: ProjectStore): ImportResult | null {
  const row = store.get<{ id: number; result: string }>(
    'SELECT id, result FROM imports WHERE result IS NOT NULL ORDER BY id DESC LIMIT 1',
  );
  if (row === undefined) return null;
  const skipped = store.all<SkippedFile>(
    'SELECT path, code, message FROM import_skips WHERE import_id = ? ORDER BY id',
    row.id,
  );
  return { ...(JSON.parse(row.result) as Omit<ImportResult, 'skipped'>), skipped };
}

/** Hashes among `hashes` that are in the dataset. */
export function knownHashes(store: ProjectStore, hashes: readonly string[]): Set<string> {
  return new Set(
    store.column<string>(
      'SELECT hash FROM images WHERE removed_at IS NULL AND hash IN (SELECT value FROM json_each(?))',
      JSON.stringify(hashes),
    ),
  );
}

/** Paths of a source whose files are in the dataset, with their sizes. */
export function knownPaths(store: ProjectStore, folder: string): Map<string, number> {
  return new Map(
    store
      .all<{ path: string; file_bytes: number }>(
        `SELECT path, file_bytes FROM images JOIN sources ON sources.id = source_id
         WHERE removed_at IS NULL AND sources.folder = ?`,
        folder,
      )
      .map((row) => [row.path, row.file_bytes]),
  );
}
