import { describe, expect, it } from 'vitest';
import { crowdedPairs, distinctMatch } from './crowded-pairs';

/** All pairs of `n` images with this similarity. */
const all = (n: number, similarity: number) =>
  Array.from({ length: n }, (_, second) =>
    Array.from({ length: second }, (_, first) => ({ first, second, similarity })),
  ).flat();
const key = ({ first, second }: { first: number; second: number }) => `${first} ${second}`;

describe('crowded pairs', () => {
  it('do not exist if images have few partners', () => {
    expect(crowdedPairs(all(8, 0.96))).toEqual({ unsure: [], unlike: [] });
  });

  it('are similar images if all are equally alike, except outliers', () => {
    // Ten images, each 0.04 from all others, but for one pair at 0.01: less than 0.64 of 0.04.
    const pairs = all(10, 0.96).map((pair) => (key(pair) === '3 7' ? { ...pair, similarity: 0.99 } : pair));
    const { unsure, unlike } = crowdedPairs(pairs);
    expect(unsure.map(key)).toEqual(['3 7']);
    expect(unlike).toHaveLength(44);
  });

  it('are questions if thumbnails are almost equal: twelve compressions of one image', () => {
    expect(crowdedPairs(all(12, 0.997)).unsure).toHaveLength(66);
  });

  it('contain a best match that stands out, or none', () => {
    const kin = Array.from({ length: 12 }, () => ({ similarity: 0.96 }));
    expect(distinctMatch(kin)).toBeNull();
    expect(distinctMatch([{ similarity: 0.99 }, ...kin])).toEqual({ similarity: 0.99 });
    expect(distinctMatch(kin.slice(0, 3))).toEqual({ similarity: 0.96 });
    expect(distinctMatch([])).toBeNull();
  });
});
