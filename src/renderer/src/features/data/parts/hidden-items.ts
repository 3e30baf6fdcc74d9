import { useCallback, useState } from 'react';

/** Items with a decision: null while it is being stored, then the time it was stored (ms since 1970). */
export type HiddenItems = ReadonlyMap<string, number | null>;

/** Whether an item is hidden: until a list arrives that was requested after the decision was stored. */
export function isHidden(hidden: HiddenItems, key: string, answeredAt: number): boolean {
  const stored = hidden.get(key);
  return stored === null || (stored !== undefined && answeredAt < stored);
}

/**
 * Hides decided items at once, so that the next key applies to the next item. Keys can come faster than answers: a list
 * requested before a decision must not bring its item back under the next key.
 */
export function useHiddenItems(answeredAt: number) {
  const [hidden, setHidden] = useState<HiddenItems>(new Map());
  const isItemHidden = useCallback((key: string) => isHidden(hidden, key, answeredAt), [hidden, answeredAt]);
  /** `decide` resolves to whether the decision was stored; if not, the item comes back. */
  const hide = async (key: string, decide: () => Promise<boolean>) => {
    setHidden((before) => new Map(before).set(key, null));
    const stored = await decide();
    setHidden((before) => {
      const next = new Map(before);
      if (stored) next.set(key, Date.now());
      else next.delete(key);
      return next;
    });
  };
  return { isItemHidden, hide };
}
