import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import { compareFeatures, type FeatureFindings, type FeatureRows } from './feature-neighbours';

function run(rows: FeatureRows, mayPair?: (a: number, b: number) => boolean): FeatureFindings {
  const work = compareFeatures(rows, mayPair);
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
  it('gives cosines worked by hand, of what is left without the mean', () => {
    // Mean (10, 10). Without it: (3, 4), (4, 3), (-3, -4), (-4, -3); cos of the first two is 24/25.
    const { pairs } = run(
      rowsOf(
        [
          [13, 14],
          [14, 13],
          [7, 6],
          [6, 7],
        ],
        50,
      ),
    );
    expect(pairs.map(({ a, b }) => [a, b])).toEqual([
      [50, 51],
      [52, 53],
    ]);
    for (const { similarity } of pairs) expect(similarity).toBeCloseTo(0.96, 6);
  });

  it('finds copies in clusters, and neither their clusters nor what may not be paired', () => {
    const list = clusters(120);
    const copy = (list[7] as number[]).map((value) => value + 0.01);
    const rows = rowsOf([...list, copy, list[20] as number[]]);
    expect(run(rows).pairs.map(({ a, b }) => [a, b])).toEqual([
      [7, 120],
      [20, 121],
    ]);
    expect(run(rows, (a, b) => !(a === 7 && b === 120)).pairs.map(({ a, b }) => [a, b])).toEqual([[20, 121]]);
    expect(run(rows).outliers).toEqual([]);
  });

  it('finds what is like no others', () => {
    const list = clusters(120);
    const strange = Array.from({ length: 32 }, (_, index) => 20 + (index % 2 === 0 ? 4 : -4));
    const { outliers, pairs } = run(rowsOf([...list, strange]));
    expect(pairs).toEqual([]);
    expect(outliers.map(({ image }) => image)).toEqual([120]);
    expect(outliers[0]?.far).toBeGreaterThan(5);
    expect(run(rowsOf([...list.slice(0, 40), strange])).outliers).toEqual([]);
  });

  it('says nothing of features that are all the same, of one image, and of none', () => {
    const nothing = { pairs: [], outliers: [] };
    expect(run(rowsOf(Array.from({ length: 60 }, () => [1, 2, 3])))).toEqual(nothing);
    expect(run(rowsOf([[1, 2, 3]]))).toEqual(nothing);
    expect(run({ images: [], width: 3, values: new Float32Array() })).toEqual(nothing);
  });
});
