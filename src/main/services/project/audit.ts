import { type AuditEntry, appendAudit, auditEntries } from '../../store/audit';
import type { OpenProject } from './projects';

/** Records an action of a person in the audit trail. `detail`: numbers and choices, no identities. */
export function audit(project: OpenProject, action: string, detail: Readonly<Record<string, unknown>>): void {
  appendAudit(project.store, action, detail);
}

/** Newest first. */
export function auditTrail(project: OpenProject, limit = 1000): AuditEntry[] {
  return auditEntries(project.store, limit);
}
