import type { DuplicateGroup } from '#shared/models/duplicates';
import { formatQuantity } from '#shared/text/number';
import type { DecodePool } from '../../decode-host/client';
import { pushAction } from '../../store/actions';
import { appendAudit } from '../../store/audit';
import { type DuplicateVerdict, setVerdict } from '../../store/duplicates';
import { type Background, placeOf } from '../background/background';
import type { Events } from '../core/events';
import type { OpenProject } from '../project/projects';
import { duplicateGroups, type MemberGroup, shownGroups } from './duplicate-groups';
import { findDuplicates } from './duplicate-search';
import { duplicateTasks } from './duplicate-tasks';
import { searchByFeatures } from './feature-search';
import type { SearchOptions } from './search-options';

/** Images of a project that show the same. */
export interface Duplicates {
  /** Compares what has not been compared yet by thumbnails; quick where nothing is new. */
  search(project: OpenProject, options?: SearchOptions): Promise<void>;
  /**
   * Looks for copies among the features that a run has cached: what is found waits for a person and stops nothing, so
   * nobody needs to wait for it. One search at a time: a second call waits for the first.
   */
  searchFeatures(project: OpenProject, options?: SearchOptions): Promise<void>;
  /** The same in the background: who shows duplicates now is told of more by `changed`. */
  searchFeaturesLater(project: OpenProject): void;
  /** All groups, after a search; copies that features show are looked for in the background. */
  list(project: OpenProject): Promise<DuplicateGroup[]>;
  /** As far as they are known. */
  groups(project: OpenProject): DuplicateGroup[];
  /**
   * What a person says of the groups that hold any of `images`: `keep` (seen, and all stay), `different` (these are no
   * duplicates: the group falls apart), or null (nothing said). A suspected pair is judged where just its two images
   * are given. Can be undone; `changed` counts images.
   */
  judge(
    project: OpenProject,
    images: readonly number[],
    verdict: DuplicateVerdict | null,
  ): { readonly changed: number };
}

export function createDuplicates(options: {
  readonly events: Events;
  readonly pool: Pick<DecodePool, 'describe' | 'align'>;
  readonly background: Background;
  readonly onFailure?: (what: string, error: unknown) => void;
}): Duplicates {
  const featureSearches = new WeakMap<OpenProject, Promise<void>>();
  const searchFeatures: Duplicates['searchFeatures'] = (project, search) => {
    const before = featureSearches.get(project) ?? Promise.resolve();
    const mine = before
      .catch(() => {})
      .then(async () => {
        if (!(await searchByFeatures(project, options.pool, search))) return;
        options.events.emit('changed', { project: project.id, topics: ['duplicates'] });
      });
    featureSearches.set(project, mine);
    return mine;
  };
  const search: Duplicates['search'] = (project, search) => findDuplicates(project, options.pool, search);
  const searchFeaturesLater = (project: OpenProject) => {
    // A project that is closed meanwhile ends it; it starts anew with the next look.
    searchFeatures(project).catch((error: unknown) => options.onFailure?.('search by features', error));
  };
  return {
    search,
    searchFeatures,
    searchFeaturesLater,
    async list(project) {
      await search(project);
      searchFeaturesLater(project);
      return options.background(duplicateTasks.shownGroups, { project: placeOf(project) });
    },
    groups: (project) => shownGroups(project.store),
    judge(project, images, verdict) {
      const { store } = project;
      const changed = store.transaction(() => {
        const groups = judgedGroups(duplicateGroups(store), images);
        const before = groups.flatMap((group) => setVerdict(store, group.linked, verdict));
        if (before.length === 0) return 0;
        const n = groups.reduce((sum, group) => sum + group.images.length, 0);
        pushAction(store, { kind: 'judge', description: describe(n, verdict), before });
        appendAudit(store, 'duplicates.judge', { images: n, verdict });
        return n;
      });
      return { changed };
    },
  };
}

/** The group of just these images, where there is one; else all that are kept together and hold any of them. */
function judgedGroups(groups: readonly MemberGroup[], images: readonly number[]): readonly MemberGroup[] {
  const asked = new Set(images);
  const whole = groups.filter(
    (group) => group.images.length === asked.size && group.images.every((id) => asked.has(id)),
  );
  if (whole.length > 0) return whole;
  return groups.filter((group) => !group.suspected && group.images.some((id) => asked.has(id)));
}

function describe(images: number, verdict: DuplicateVerdict | null): string {
  if (verdict === 'keep') return `verdict “keep” on ${formatQuantity(images, 'image')} that look alike`;
  if (verdict === 'different') return `verdict “different” on ${formatQuantity(images, 'image')}`;
  return `withdrawal of the verdict on ${formatQuantity(images, 'image')}`;
}
