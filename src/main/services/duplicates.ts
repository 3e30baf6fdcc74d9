import type { DuplicateGroup } from '#shared/models/duplicates';
import type { DecodePool } from '../decode-host/client';
import { pushAction } from '../store/actions';
import { appendAudit } from '../store/audit';
import { type DuplicateVerdict, setVerdict } from '../store/duplicates';
import { duplicateGroups } from './duplicate-groups';
import { findDuplicates, type SearchOptions } from './duplicate-search';
import type { Events } from './events';
import type { OpenProject } from './projects';
import { count } from './splits-warnings';

/** Images of a project that show the same. */
export interface Duplicates {
  /** Compares what has not been compared yet; quick where nothing is new. */
  search(project: OpenProject, options?: SearchOptions): Promise<void>;
  groups(project: OpenProject): DuplicateGroup[];
  /**
   * What a person says of the groups that hold any of `images`: `keep` (seen, and all stay), `different` (these are no
   * duplicates: the group falls apart), or null (nothing said). Can be undone; `changed` counts images.
   */
  judge(
    project: OpenProject,
    images: readonly number[],
    verdict: DuplicateVerdict | null,
  ): { readonly changed: number };
}

export function createDuplicates(options: {
  readonly events: Events;
  readonly pool: Pick<DecodePool, 'describe'>;
}): Duplicates {
  return {
    search: (project, search) => findDuplicates(project, options.pool, search),
    groups: (project) =>
      duplicateGroups(project.store).map(({ members: _members, linked: _linked, ...group }) => group),
    judge(project, images, verdict) {
      const { store } = project;
      const asked = new Set(images);
      const changed = store.transaction(() => {
        const groups = duplicateGroups(store).filter((group) => group.images.some((id) => asked.has(id)));
        const before = groups.flatMap((group) => setVerdict(store, group.linked, verdict));
        if (before.length === 0) return 0;
        const n = groups.reduce((sum, group) => sum + group.images.length, 0);
        pushAction(store, { kind: 'judge', description: describe(n, verdict), before });
        appendAudit(store, 'duplicates.judge', { images: n, verdict });
        return n;
      });
      if (changed > 0) options.events.emit('project.changed', { project: project.id, what: 'dataset' });
      return { changed };
    },
  };
}

function describe(images: number, verdict: DuplicateVerdict | null): string {
  if (verdict === 'keep') return `verdict “keep” on ${count(images, 'image')} that look alike`;
  if (verdict === 'different') return `verdict “different” on ${count(images, 'image')}`;
  return `withdrawal of the verdict on ${count(images, 'image')}`;
}
