import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import { compareFeatures, type FeatureFindings, type FeatureRows } from './feature-neighbours';

function run(rows: FeatureRows, groups?: readonly number[]): FeatureFindings {
  const work = compareFeatures(rows, groups);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

const rowsOf = (list: readonly (readonly number[])[], firstImage = 0): FeatureRows => ({
  images: list.map((_, index) => firstImage + index),
  width: list[0]?.length ?? 0,
  values: Float32Array.from(list.flat()),
});

/** Candidates other than chance neighbours, which random clusters contain too and which the pixels rule out. */
const clear = ({ candidates }: Pick<FeatureFindings, 'candidates'>) =>
  candidates.filter(({ closeness }) => closeness < 0.2);

/** Features around `centres` with a large part that all share, as networks give them. */
function clusters(count: number, width = 32): number[][] {
  const random = createRandom(9, 1);
  const normal = () => random.next() + random.next() + random.next() + random.next() - 2;
  const centres = Array.from({ length: 3 }, () => Array.from({ length: width }, () => 2 * normal()));
  return Array.from({ length: count }, (_, index) =>
    (centres[index % 3] as number[]).map((value) => 20 + value + normal()),
  );
}

describe('compareFeatures', () => {
  it('computes distances relative to those of neighbours in general, as by hand', () => {
    // 18 unit vectors along 9 axes, both ways, and a = 0.96 e1 + 0.28 e2 with -a: their mean is 0. The distance (1 - cosine)
    // of a to e1 is 0.04, to e2 0.72, to all others 1; the neighbours of e1 and a after the first five are at 1.
    const axis = (at: number, sign: number) => Array.from({ length: 9 }, (_, index) => (index === at ? sign : 0));
    const axes = Array.from({ length: 9 }, (_, at) => [axis(at, 1), axis(at, -1)]).flat();
    const a = [0.96, 0.28, 0, 0, 0, 0, 0, 0, 0];
    const rows = rowsOf(
      [...axes, a, a.map((value) => -value)].map((row) => row.map((value) => 5 + 2 * value)),
      50,
    );
    const { candidates } = run(rows);
    const found = candidates.map(({ a: first, b, closeness }) => [first, b, Math.round(closeness * 1e4) / 1e4]);
    expect(found).toEqual([
      [50, 68, 0.04],
      [51, 69, 0.04],
      [52, 68, 0.72],
      [53, 69, 0.72],
    ]);
  });

  it('finds copies in clusters, but neither the clusters nor known duplicates', () => {
    const list = clusters(120);
    const copy = (list[7] as number[]).map((value) => value + 0.01);
    const rows = rowsOf([...list, copy, list[20] as number[]]);
    const pairs = (groups?: readonly number[]) =>
      clear(run(rows, groups))
        .map(({ a, b }) => [a, b])
        .sort(([a = 0], [b = 0]) => a - b);
    expect(pairs()).toEqual([
      [7, 120],
      [20, 121],
    ]);
    expect(pairs(rows.images.map((_, row) => (row === 120 ? 7 : row)))).toEqual([[20, 121]]);
    expect(run(rows).outliers).toEqual([]);
  });

  it('does not depend on how similar all images are', () => {
    // The same clusters, 50 times closer together: cosines above 0.99 between all images of a cluster.
    const list = clusters(120);
    const centres = [0, 1, 2].map((at) => list[at] as number[]);
    const close = list.map((row, index) =>
      row.map((value, i) => {
        const centre = centres[index % 3]?.[i] as number;
        return centre + (value - centre) / 50;
      }),
    );
    const copy = (close[7] as number[]).map((value) => value + 0.0002);
    expect(clear(run(rowsOf([...close, copy]))).map(({ a, b }) => [a, b])).toEqual([[7, 120]]);
  });

  it('finds a changed copy beside forty equal ones, which count as one neighbour', () => {
    const list = clusters(120);
    const equal = Array.from({ length: 40 }, () => list[7] as number[]);
    const changed = (list[7] as number[]).map((value, index) => value + (index % 2 === 0 ? 0.05 : -0.05));
    const rows = rowsOf([...list, ...equal, changed]);
    const groups = rows.images.map((_, row) => (row >= 120 && row < 160 ? 7 : row));
    const candidates = clear(run(rows, groups));
    expect(candidates.some(({ a, b }) => (groups[a] as number) === 7 && b === 160)).toBe(true);
    expect(candidates.every(({ b }) => b === 160)).toBe(true);
  });

  it('finds outliers', () => {
    const list = clusters(120);
    const strange = Array.from({ length: 32 }, (_, index) => 20 + (index % 2 === 0 ? 4 : -4));
    const { outliers, candidates } = run(rowsOf([...list, strange]));
    expect(clear({ candidates })).toEqual([]);
    expect(outliers.map(({ image }) => image)).toEqual([120]);
    expect(outliers[0]?.far).toBeGreaterThan(5);
    expect(run(rowsOf([...list.slice(0, 40), strange])).outliers).toEqual([]);
  });

  it('returns nothing for identical features, one image, or none', () => {
    const nothing = { candidates: [], kin: [], outliers: [] };
    expect(run(rowsOf(Array.from({ length: 60 }, () => [1, 2, 3])))).toMatchObject({ candidates: [], outliers: [] });
    expect(run(rowsOf([[1, 2, 3]]))).toEqual(nothing);
    expect(run({ images: [], width: 3, values: new Float32Array() })).toEqual(nothing);
  });
});
