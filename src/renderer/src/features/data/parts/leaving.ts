import { useCallback, useState } from 'react';

/** Items that a person decided on: null while the decision is on its way, else when it was stored (ms since 1970). */
export type Leaving = ReadonlyMap<string, number | null>;

/** Until a list that was answered after the decision was stored says what is so. */
export function isGone(leaving: Leaving, key: string, answeredAt: number): boolean {
  const stored = leaving.get(key);
  return stored === null || (stored !== undefined && answeredAt < stored);
}

/**
 * What was decided leaves its list at once, so that the next key meets the next item. Keys can come faster than answers:
 * a list that was asked for before a later decision does not bring that one back under the next key.
 */
export function useLeaving(answeredAt: number) {
  const [leaving, setLeaving] = useState<Leaving>(new Map());
  const gone = useCallback((key: string) => isGone(leaving, key, answeredAt), [leaving, answeredAt]);
  /** `decide` answers whether the decision was stored; where it was not, the item comes back. */
  const leave = async (key: string, decide: () => Promise<boolean>) => {
    setLeaving((before) => new Map(before).set(key, null));
    const stored = await decide();
    setLeaving((before) => {
      const next = new Map(before);
      if (stored) next.set(key, Date.now());
      else next.delete(key);
      return next;
    });
  };
  return { gone, leave };
}
