import type { ProjectStore } from './open';

/**
 * Appends to the project's audit trail. `detail` contains numbers and choices, and the names that users sign with;
 * never a patient's identity.
 */
export function appendAudit(store: ProjectStore, action: string, detail: Readonly<Record<string, unknown>>): void {
  store.run(
    'INSERT INTO audit (at, action, detail) VALUES (?, ?, ?)',
    new Date().toISOString(),
    action,
    JSON.stringify(detail),
  );
}

export interface AuditEntry {
  readonly at: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** All entries of one action, newest first. */
export function auditEntriesOf(store: ProjectStore, action: string): AuditEntry[] {
  return store
    .all<{ at: string; detail: string }>('SELECT at, detail FROM audit WHERE action = ? ORDER BY id DESC', action)
    .map(({ at, detail }) => ({ at, action, detail: JSON.parse(detail) as Record<string, unknown> }));
}

/** Newest first. */
export function auditEntries(store: ProjectStore, limit: number): AuditEntry[] {
  return store
    .all<{ at: string; action: string; detail: string }>(
      'SELECT at, action, detail FROM audit ORDER BY id DESC LIMIT ?',
      limit,
    )
    .map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }));
}
