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

/** Search for duplicates in a project, and people's verdicts on them. */
export interface Duplicates {
  /** Compares the thumbnails of images not yet compared; quick where nothing is new. */
  search(project: OpenProject, options?: SearchOptions): Promise<void>;
  /**
   * Searches the features cached by a run for copies. The pairs found need a person's verdict and block nothing, so
   * callers need not wait. One search at a time: a second call waits for the first.
   */
  searchFeatures(project: OpenProject, options?: SearchOptions): Promise<void>;
  /** Runs `searchFeatures` in the background; `changed` reports new pairs. */
  searchFeaturesLater(project: OpenProject): void;
  /** All groups, after `search`; also starts `searchFeaturesLater`. */
  list(project: OpenProject): Promise<DuplicateGroup[]>;
  /** The groups found so far. */
  groups(project: OpenProject): DuplicateGroup[];
  /**
   * Records a person's verdict on the groups that contain any of `images`: `keep` (seen, and all stay), `different`
   * (not duplicates: the group is dissolved), or null (withdrawn). A suspected pair is judged only if exactly its two
   * images are given. Can be undone; `changed` counts images.
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
    const current = before
      .catch(() => {})
      .then(async () => {
        if (!(await searchByFeatures(project, options.pool, search))) return;
        options.events.emit('changed', { project: project.id, topics: ['duplicates'] });
      });
    featureSearches.set(project, current);
    return current;
  };
  const search: Duplicates['search'] = (project, search) => findDuplicates(project, options.pool, search);
  const searchFeaturesLater = (project: OpenProject) => {
    // Closing the project ends the search; it starts again the next time duplicates are listed.
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

/** The group of exactly these images if there is one; else all confirmed groups that contain any of them. */
function judgedGroups(groups: readonly MemberGroup[], images: readonly number[]): readonly MemberGroup[] {
  const given = new Set(images);
  const whole = groups.filter(
    (group) => group.images.length === given.size && group.images.every((id) => given.has(id)),
  );
  if (whole.length > 0) return whole;
  return groups.filter((group) => !group.suspected && group.images.some((id) => given.has(id)));
}

function describe(images: number, verdict: DuplicateVerdict | null): string {
  if (verdict === 'keep') return `verdict “keep” on ${formatQuantity(images, 'similar image')}`;
  if (verdict === 'different') return `verdict “different” on ${formatQuantity(images, 'image')}`;
  return `withdrawal of the verdict on ${formatQuantity(images, 'image')}`;
}
