import { describe, expect, it } from 'vitest';
import { emptySelection, extendTo, keepShown, move, neighbour, selectAll, selectOnly, toggle } from './selection';

const ids = [10, 40, 20, 30, 50];
const sorted = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b);

describe('selection', () => {
  it('selects a range in display order, in both directions, from the anchor', () => {
    const forward = extendTo(selectOnly(40), ids, 30);
    expect(sorted(forward.selected)).toEqual([20, 30, 40]);
    expect(forward).toMatchObject({ anchor: 40, cursor: 30 });
    const backward = extendTo(forward, ids, 10);
    expect(sorted(backward.selected)).toEqual([10, 40]);
    expect(backward.anchor).toBe(40);
  });

  it('starts over when the anchor is no longer shown, and ignores an id that is not shown', () => {
    expect(sorted(extendTo(selectOnly(99), ids, 20).selected)).toEqual([20]);
    const one = selectOnly(40);
    expect(extendTo(one, ids, 99)).toBe(one);
  });

  it('toggles one image without touching the others', () => {
    const two = toggle(selectOnly(10), 50);
    expect(sorted(two.selected)).toEqual([10, 50]);
    expect(sorted(toggle(two, 10).selected)).toEqual([50]);
    expect(sorted(two.selected)).toEqual([10, 50]);
  });

  it('moves by key, clamped to the ends, and extends with shift', () => {
    expect(move(emptySelection, ids, 1, false).cursor).toBe(10);
    expect(move(emptySelection, ids, -1, false).cursor).toBe(50);
    expect(move(selectOnly(50), ids, 3, false).cursor).toBe(50);
    expect(move(selectOnly(40), ids, -3, false).cursor).toBe(10);
    const extended = move(move(selectOnly(40), ids, 1, true), ids, 1, true);
    expect(sorted(extended.selected)).toEqual([20, 30, 40]);
    expect(move(selectOnly(1), [], 1, false)).toEqual(emptySelection);
  });

  it('selects all shown images and keeps the cursor', () => {
    const all = selectAll(selectOnly(20), ids);
    expect(all.selected.size).toBe(5);
    expect(all.cursor).toBe(20);
  });

  it('drops images that a changed list no longer shows', () => {
    const all = selectAll(selectOnly(20), ids);
    const kept = keepShown(all, [10, 30]);
    expect(sorted(kept.selected)).toEqual([10, 30]);
    expect(kept.cursor).toBeNull();
    expect(kept.anchor).toBe(10);
    const same = selectOnly(30);
    expect(keepShown(same, ids)).toBe(same);
  });

  it('finds the next image after labelling', () => {
    expect(neighbour(ids, 40)).toBe(20);
    expect(neighbour(ids, 50)).toBe(30);
    expect(neighbour([7], 7)).toBeNull();
    expect(neighbour(ids, 99)).toBeNull();
  });
});
