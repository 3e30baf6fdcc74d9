import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitNames } from '../models/dataset';
import { roundTable } from './controlled-rounding';
import { type SplitItem, splitDeviation, splitItems } from './split';

const tally = (items: readonly SplitItem[], parts: ReadonlyMap<number, string>) => {
  const counts: Record<string, Record<number, number>> = { train: {}, validation: {}, test: {} };
  for (const item of items) {
    const row = counts[parts.get(item.id) ?? 'none'];
    if (row !== undefined) row[item.label] = (row[item.label] ?? 0) + 1;
  }
  return counts;
};

const byClass = (items: readonly SplitItem[], parts: ReadonlyMap<number, string>): number[][] => {
  const counts = tally(items, parts);
  const labels = [...new Set(items.map((item) => item.label))];
  return labels.map((label) => splitNames.map((split) => counts[split]?.[label] ?? 0));
};

const singles = (...sizes: readonly number[]): SplitItem[] =>
  sizes
    .flatMap((size, label) => Array.from({ length: size }, () => label))
    .map((label, id) => ({ id, label, group: null }));

const shares = fc
  .tuple(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 45 }))
  .map(([validation, test]) => ({ validation: validation / 100, test: test / 100 }));

const dataset = fc
  .array(fc.record({ label: fc.integer({ min: 0, max: 4 }), group: fc.option(fc.integer({ min: 0, max: 40 })) }), {
    minLength: 1,
    maxLength: 300,
  })
  .map((rows) => rows.map((row, id): SplitItem => ({ id, ...row })));

describe('splitItems', () => {
  it('gives the 468/156/156 of 780 images in classes of 437, 210 and 133', () => {
    const items = singles(437, 210, 133);
    const counts = tally(items, splitItems(items, { validation: 0.2, test: 0.2 }, 42));
    const total = (part: string) => Object.values(counts[part] ?? {}).reduce((a, b) => a + b, 0);
    expect([total('train'), total('validation'), total('test')]).toEqual([468, 156, 156]);
    // Exact shares of a fifth: 87.4, 42, 26.6.
    for (const part of ['validation', 'test']) {
      expect([87, 88]).toContain(counts[part]?.[0]);
      expect(counts[part]?.[1]).toBe(42);
      expect([26, 27]).toContain(counts[part]?.[2]);
    }
  });

  it('keeps class counts within 1 of their exact shares without groups', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
        shares,
        fc.nat(),
        (sizes, share, seed) => {
          const items = singles(...sizes);
          const parts = splitItems(items, share, seed);
          const rows = byClass(items, parts);
          expect(splitDeviation(rows, share)).toBeLessThan(1);
        },
      ),
    );
  });

  it('puts every image in one split and no group in two', () => {
    fc.assert(
      fc.property(dataset, shares, fc.nat(), (items, share, seed) => {
        const parts = splitItems(items, share, seed);
        expect([...parts.keys()].sort((a, b) => a - b)).toEqual(items.map((item) => item.id));
        const partOfGroup = new Map<number, string | undefined>();
        for (const item of items) {
          const split = parts.get(item.id);
          expect(splitNames).toContain(split);
          if (split !== undefined && split !== 'train') expect(share[split]).toBeGreaterThan(0);
          if (item.group === null) continue;
          expect(partOfGroup.get(item.group) ?? split).toBe(split);
          partOfGroup.set(item.group, split);
        }
      }),
    );
  });

  it('is reproducible by seed, and differs for another', () => {
    fc.assert(
      fc.property(dataset, shares, fc.nat(), (items, share, seed) => {
        expect([...splitItems(items, share, seed)].sort()).toEqual([...splitItems(items, share, seed)].sort());
      }),
    );
    const items = singles(100, 100);
    const order = (seed: number) => JSON.stringify([...splitItems(items, { validation: 0.2, test: 0.2 }, seed)].sort());
    expect(order(1)).not.toBe(order(2));
  });

  it('stays near the shares with patients of one to six images', () => {
    // 60 patients of one class each, as in the sample project.
    const items: SplitItem[] = [];
    for (let group = 0; group < 60; group++) {
      for (let i = 0; i <= group % 6; i++) items.push({ id: items.length, label: group % 3, group });
    }
    for (let seed = 0; seed < 10; seed++) {
      const parts = splitItems(items, { validation: 0.2, test: 0.2 }, seed);
      const rows = byClass(items, parts);
      expect(splitDeviation(rows, { validation: 0.2, test: 0.2 })).toBeLessThanOrEqual(2);
    }
  });

  it('comes within an image of the shares if groups of two allow it', () => {
    // 8 patients of two images a class: a fifth of 16 is 3.2, and 4 is nearer than 2.
    const items = Array.from({ length: 32 }, (_, id) => ({ id, label: id % 4 < 2 ? 0 : 1, group: id >> 1 }));
    for (let seed = 0; seed < 20; seed++) {
      const share = { validation: 0.2, test: 0 };
      expect(splitDeviation(byClass(items, splitItems(items, share, seed)), share)).toBe(0.8);
    }
  });

  it('gives each split a patient of a class that has three, and leaves a class of two without one', () => {
    const items = [
      ...Array.from({ length: 200 }, (_, id) => ({ id, label: 0, group: id >> 1 })),
      ...[0, 0, 0, 0, 1, 2].map((group, i) => ({ id: 200 + i, label: 1, group: 1000 + group })),
      ...[0, 1].map((group, i) => ({ id: 206 + i, label: 2, group: 2000 + group })),
    ];
    for (let seed = 0; seed < 20; seed++) {
      const counts = tally(items, splitItems(items, { validation: 0.2, test: 0.2 }, seed));
      for (const split of splitNames) expect(counts[split]?.[1] ?? 0).toBeGreaterThan(0);
      expect(splitNames.filter((split) => (counts[split]?.[2] ?? 0) > 0).length).toBeLessThanOrEqual(2);
    }
  });

  it('keeps one giant patient in train', () => {
    const items = Array.from({ length: 100 }, (_, id) => ({ id, label: id % 2, group: id < 60 ? 0 : id }));
    expect(splitItems(items, { validation: 0.2, test: 0.2 }, 3).get(0)).toBe('train');
  });

  it('rejects shares that leave nothing for train', () => {
    expect(() => splitItems(singles(10), { validation: 0.5, test: 0.5 }, 1)).toThrow(RangeError);
  });
});

describe('roundTable', () => {
  it('changes each cell by less than 1 and keeps row and column sums', () => {
    const row = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
      .map(([n, a, b]) => {
        const low = Math.min(a, b) / 100;
        const high = Math.max(a, b) / 100;
        return [n * low, n * (high - low), n - n * low - n * (high - low)];
      });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (table) => {
        const rounded = roundTable(table);
        const total = (rows: readonly (readonly number[])[], c: number) => rows.reduce((s, r) => s + (r[c] ?? 0), 0);
        for (const [r, cells] of table.entries()) {
          const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
          expect(sum(rounded[r] ?? [])).toBe(Math.round(sum(cells)));
          for (const [c, value] of cells.entries()) expect(Math.abs((rounded[r]?.[c] ?? 0) - value)).toBeLessThan(1);
        }
        for (let c = 0; c < 3; c++) expect(Math.abs(total(rounded, c) - total(table, c))).toBeLessThan(1);
      }),
    );
  });
});
