import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Items with a decision: null while it is being stored, then the time it was stored (ms since 1970). */
export type HiddenItems = ReadonlyMap<string, number | null>;

/** Whether an item is hidden: until a list arrives that was requested after the decision was stored. */
export function isHidden(hidden: HiddenItems, key: string, answeredAt: number): boolean {
  const stored = hidden.get(key);
  return stored === null || (stored !== undefined && answeredAt < stored);
}

/** The query that lists the items. */
type ListQuery = Pick<UseQueryResult, 'dataUpdatedAt' | 'isFetching' | 'refetch'>;

/**
 * Hides decided items at once, so that the next key applies to the next item. Keys can come faster than answers: a list
 * requested before a decision must not bring its item back under the next key.
 */
export function useHiddenItems(list: ListQuery) {
  const [hidden, setHidden] = useState<HiddenItems>(new Map());
  const latest = useRef(list);
  useEffect(() => {
    latest.current = list;
  });
  const answeredAt = list.dataUpdatedAt;
  const isItemHidden = useCallback((key: string) => isHidden(hidden, key, answeredAt), [hidden, answeredAt]);
  /** `decide` resolves to whether the decision was stored; if not, the item comes back. */
  const hide = async (key: string, decide: () => Promise<boolean>) => {
    setHidden((before) => new Map(before).set(key, null));
    const sentAt = Date.now();
    const stored = await decide();
    setHidden((before) => {
      const next = new Map(before);
      if (stored) next.set(key, Date.now());
      else next.delete(key);
      return next;
    });
    // Main announces the change before it answers, so the new list may have overtaken the answer; without another list
    // a deferred item would stay hidden.
    const { dataUpdatedAt, isFetching, refetch } = latest.current;
    if (stored && !isFetching && dataUpdatedAt >= sentAt) await refetch();
  };
  return { isItemHidden, hide };
}
