import type { DuplicateGroup } from '#shared/models/duplicates';

/** Filters of the duplicates view. */
export const duplicateFilters = ['open', 'conflicts', 'leaks', 'suspected', 'all'] as const;
export type DuplicateFilter = (typeof duplicateFilters)[number];

export const filterNames: Record<DuplicateFilter, string> = {
  open: 'To review',
  conflicts: 'Labels differ',
  leaks: 'Across splits',
  suspected: 'To confirm',
  all: 'All',
};

export function isShown(group: DuplicateGroup, filter: DuplicateFilter): boolean {
  switch (filter) {
    case 'open':
      return !group.kept && !group.common && !group.suspected;
    case 'conflicts':
      return group.conflict;
    case 'leaks':
      return group.leak;
    case 'suspected':
      return group.suspected;
    case 'all':
      return true;
  }
}

/** Sorts by urgency: different labels, then several splits, then possible duplicates, then by similarity. */
export function byUrgency(a: DuplicateGroup, b: DuplicateGroup): number {
  return (
    Number(a.kept) - Number(b.kept) ||
    Number(b.conflict) - Number(a.conflict) ||
    Number(b.leak) - Number(a.leak) ||
    Number(b.suspected) - Number(a.suspected) ||
    b.similarity - a.similarity ||
    (a.images[0] ?? 0) - (b.images[0] ?? 0)
  );
}

/** Index of the group to show: the current group, else the one that took its place, else the last. */
export function shownGroup(
  groups: readonly DuplicateGroup[],
  position: { readonly id: string; readonly at: number } | null,
): number {
  const at = groups.findIndex((group) => group.id === position?.id);
  return at >= 0 ? at : Math.min(position?.at ?? 0, groups.length - 1);
}
