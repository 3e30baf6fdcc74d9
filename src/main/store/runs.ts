import { type RunSummary, runSummarySchema } from '#shared/models/run';
import type { ProjectStore } from './open';

/** Adds a run or updates its state. */
export function saveRun(store: ProjectStore, summary: RunSummary): void {
  store.run(
    `INSERT INTO runs (id, name, state, created_at, summary) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, summary = excluded.summary`,
    summary.id,
    summary.name,
    summary.state,
    summary.createdAt,
    JSON.stringify(summary),
  );
}

/** Newest first. Skips rows that cannot be parsed: the run folder is authoritative. */
export function storedRuns(store: ProjectStore): RunSummary[] {
  return store
    .column<string>('SELECT summary FROM runs ORDER BY created_at DESC, id DESC')
    .flatMap((text) => parseSummary(text) ?? []);
}

export function storedRun(store: ProjectStore, id: string): RunSummary | null {
  const row = store.get<{ summary: string }>('SELECT summary FROM runs WHERE id = ?', id);
  return row === undefined ? null : parseSummary(row.summary);
}

export function deleteRun(store: ProjectStore, id: string): void {
  store.run('DELETE FROM runs WHERE id = ?', id);
}

function parseSummary(text: string): RunSummary | null {
  try {
    return runSummarySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
