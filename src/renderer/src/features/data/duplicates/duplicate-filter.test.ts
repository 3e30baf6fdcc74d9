import { describe, expect, it } from 'vitest';
import type { DuplicateGroup } from '#shared/models/duplicates';
import { byUrgency, isShown, shownGroup } from './duplicate-filter';

const group = (id: number, more: Partial<DuplicateGroup> = {}): DuplicateGroup => ({
  id: String(id),
  kind: 'near',
  images: [id, id + 1],
  similarity: 0.96,
  byFeatures: false,
  suspected: false,
  alignment: null,
  conflict: false,
  leak: false,
  common: false,
  kept: false,
  ...more,
});

describe('duplicate groups', () => {
  it('are sorted by what needs a decision first', () => {
    const groups = [
      group(1, { kept: true, conflict: true }),
      group(3),
      group(5, { leak: true }),
      group(7, { conflict: true }),
      group(9, { similarity: 0.99 }),
      group(11, { suspected: true }),
    ];
    expect(groups.sort(byUrgency).map(({ id }) => id)).toEqual(['7', '5', '11', '9', '3', '1']);
  });

  it('leave the queue once reviewed', () => {
    expect(isShown(group(1), 'open')).toBe(true);
    expect(isShown(group(1, { kept: true }), 'open')).toBe(false);
    expect(isShown(group(1, { common: true }), 'open')).toBe(false);
    expect(isShown(group(1, { kept: true }), 'all')).toBe(true);
    expect(isShown(group(1), 'conflicts')).toBe(false);
    expect(isShown(group(1, { leak: true }), 'leaks')).toBe(true);
  });

  it('keep the place when the displayed one is gone', () => {
    const groups = [group(1), group(3), group(5)];
    expect(shownGroup(groups, null)).toBe(0);
    expect(shownGroup(groups, { id: '5', at: 0 })).toBe(2);
    expect(shownGroup(groups, { id: '4', at: 1 })).toBe(1);
    expect(shownGroup(groups, { id: '9', at: 7 })).toBe(2);
    expect(shownGroup([], { id: '9', at: 0 })).toBe(-1);
  });
});
