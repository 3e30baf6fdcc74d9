import { useCallback, useEffect, useMemo, useState } from 'react';
import { useRequest } from '../../../state/requests';
import { useHiddenItems } from '../parts/hidden-items';
import type { Labelling } from '../parts/use-labelling';
import type { Pair } from './duplicate-comparison';
import { byUrgency, type DuplicateFilter, isShown, shownGroup } from './duplicate-filter';

/** Maximum number of images per request. */
const MAX_IMAGES = 500;
const firstPair: Pair = { left: 0, right: 1, active: 'right' };

/** See `useDuplicates`. */
export type Duplicates = ReturnType<typeof useDuplicates>;

/** The groups of duplicates, the current one, and the pair of its images shown side by side. */
export function useDuplicates(project: string, filter: DuplicateFilter, labelling: Labelling) {
  const answer = useRequest('dataset.duplicates', { project }, { keepPrevious: true });
  const all = answer.data?.groups;
  const { isItemHidden, hide } = useHiddenItems(answer);
  const groups = useMemo(() => {
    const isDecided = (id: string) => filter === 'open' && isItemHidden(id);
    return (all ?? []).filter((group) => isShown(group, filter) && !isDecided(group.id)).sort(byUrgency);
  }, [all, filter, isItemHidden]);
  const [position, setPosition] = useState<{ id: string; at: number } | null>(null);
  const current = shownGroup(groups, position);
  const group = groups[current];
  const go = useCallback(
    (index: number) => {
      const next = groups[Math.max(0, Math.min(groups.length - 1, index))];
      if (next !== undefined) setPosition({ id: next.id, at: groups.indexOf(next) });
    },
    [groups],
  );
  // When a group leaves the list, the one that takes its place becomes current, even if no group was chosen yet.
  useEffect(() => {
    if (group !== undefined) setPosition({ id: group.id, at: current });
  }, [group, current]);

  const ids = useMemo(() => group?.images.slice(0, MAX_IMAGES) ?? [], [group]);
  const images = useRequest('dataset.images', { project, ids }, { enabled: ids.length > 0 });
  const shown = images.data?.images ?? [];
  const [chosen, setChosen] = useState<{ group: string; pair: Pair } | null>(null);
  const pair =
    chosen !== null && chosen.group === group?.id && chosen.pair.right < ids.length ? chosen.pair : firstPair;
  const setPair = (next: Pair) => group !== undefined && setChosen({ group: group.id, pair: next });
  const active = shown[pair[pair.active]];
  const judge = async (verdict: 'keep' | 'different') => {
    if (group === undefined) return;
    await hide(group.id, () => labelling.judge(group.images, verdict));
  };

  return {
    answer,
    all,
    groups,
    group,
    current,
    go,
    images,
    shown,
    /** Number of images of the group that can be compared. */
    comparable: ids.length,
    pair,
    setPair,
    /** The image of the pair that keys apply to. */
    active,
    judge,
  };
}
