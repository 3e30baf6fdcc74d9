import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldItems } from './folds';
import type { SplitItem } from './split';

/** Images of each class in each fold: [class][fold]. */
function tally(items: readonly SplitItem[], folds: ReadonlyMap<number, number>, k: number): number[][] {
  const labels = [...new Set(items.map((item) => item.label))].sort((a, b) => a - b);
  return labels.map((label) =>
    Array.from(
      { length: k },
      (_, fold) => items.filter((item) => item.label === label && folds.get(item.id) === fold).length,
    ),
  );
}

const dataset = fc
  .array(fc.record({ label: fc.integer({ min: 0, max: 3 }), group: fc.option(fc.integer({ min: 0, max: 40 })) }), {
    minLength: 1,
    maxLength: 200,
  })
  .map((rows) => rows.map((row, id): SplitItem => ({ id, ...row })));
const k = fc.integer({ min: 3, max: 10 });

describe('foldItems', () => {
  it('puts every image in one fold and no group in two', () => {
    fc.assert(
      fc.property(dataset, k, fc.nat(), (items, folds, seed) => {
        const dealt = foldItems(items, folds, seed);
        expect([...dealt.keys()].sort((a, b) => a - b)).toEqual(items.map((item) => item.id));
        const ofGroup = new Map<number, number | undefined>();
        for (const { id, group } of items) {
          const fold = dealt.get(id);
          expect(Number.isInteger(fold) && fold !== undefined && fold >= 0 && fold < folds).toBe(true);
          if (group === null) continue;
          expect(ofGroup.get(group) ?? fold).toBe(fold);
          ofGroup.set(group, fold);
        }
      }),
    );
  });

  it('keeps class counts and fold sizes within 1 of each other without groups', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, k, fc.nat(), (counts, folds, seed) => {
        const items = counts
          .flatMap((count, label) => Array.from({ length: count }, () => label))
          .map((label, id): SplitItem => ({ id, label, group: null }));
        const table = tally(items, foldItems(items, folds, seed), folds);
        for (const row of table) expect(Math.max(...row) - Math.min(...row)).toBeLessThanOrEqual(1);
        const totals = Array.from({ length: folds }, (_, fold) =>
          table.reduce((sum, row) => sum + (row[fold] ?? 0), 0),
        );
        expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('finds the only solution', () => {
    // By hand. Class 0: patients of 3, 2, 2, 1, 1 images; class 1: patients of 2, 1, 1, 1, 1. A third is 3 and 2 images.
    // 3 | 2 + 1 | 2 + 1 and 2 | 1 + 1 | 1 + 1 is the only division without a remainder.
    const patients = [
      [0, 3],
      [0, 2],
      [0, 2],
      [0, 1],
      [0, 1],
      [1, 2],
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ] as const;
    const items = patients.flatMap(([label, count], group) =>
      Array.from({ length: count }, (_, index): SplitItem => ({ id: 10 * group + index, label, group })),
    );
    for (let seed = 0; seed < 20; seed++) {
      const dealt = foldItems(items, 3, seed);
      expect(tally(items, dealt, 3)).toEqual([
        [3, 3, 3],
        [2, 2, 2],
      ]);
      const alone = dealt.get(0);
      expect(items.filter(({ id, label }) => label === 0 && dealt.get(id) === alone).map(({ group }) => group)).toEqual(
        [0, 0, 0],
      );
    }
  });

  it('spreads a class over as many folds as it has patients', () => {
    const items = [
      ...Array.from({ length: 100 }, (_, id) => ({ id, label: 0, group: id >> 1 })),
      ...[0, 0, 0, 0, 1, 2, 3, 4].map((group, i) => ({ id: 100 + i, label: 1, group: 1000 + group })),
    ];
    for (let seed = 0; seed < 20; seed++) {
      const [, rare] = tally(items, foldItems(items, 5, seed), 5);
      expect([...(rare ?? [])].sort()).toEqual([1, 1, 1, 1, 4]);
    }
  });

  it('puts the remainders of each class into different folds', () => {
    // 16 patients of four images in each of three classes: a fifth is 3.2 patients, so one fold of each class has 4.
    const items = Array.from({ length: 192 }, (_, id): SplitItem => ({ id, label: (id >> 2) % 3, group: id >> 2 }));
    for (let seed = 0; seed < 10; seed++) {
      const table = tally(items, foldItems(items, 5, seed), 5);
      for (const row of table) expect([...row].sort((a, b) => a - b)).toEqual([12, 12, 12, 12, 16]);
      const sizes = table[0]?.map((_, fold) => table.reduce((sum, row) => sum + (row[fold] ?? 0), 0)) ?? [];
      expect(sizes.sort((a, b) => a - b)).toEqual([36, 36, 40, 40, 40]);
    }
  });

  it('is reproducible by seed, and rejects 2 and 11 folds', () => {
    const items = Array.from({ length: 60 }, (_, id): SplitItem => ({ id, label: id % 2, group: null }));
    expect([...foldItems(items, 5, 1)]).toEqual([...foldItems(items, 5, 1)]);
    expect([...foldItems(items, 5, 1)]).not.toEqual([...foldItems(items, 5, 2)]);
    for (const folds of [2, 11, 3.5]) expect(() => foldItems(items, folds, 1)).toThrow(RangeError);
  });
});
