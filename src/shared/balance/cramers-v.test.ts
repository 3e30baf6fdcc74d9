import { describe, expect, it } from 'vitest';
import { ageBand, sexName } from './balance-text';
import { cramersV } from './cramers-v';

describe('cramersV', () => {
  // scipy 1.17.1: phi2 = chi2_contingency(table, correction=False)[0] / n, then Bergsma's formulas with numpy.
  it.each([
    [
      [
        [30, 10, 10],
        [12, 28, 20],
      ],
      0.3926322599927217,
      'moderate',
    ],
    [
      [
        [60, 20, 20],
        [61, 19, 21],
      ],
      0,
      'none',
    ],
    [
      [
        [50, 0, 0],
        [0, 20, 0],
        [0, 0, 15],
      ],
      1,
      'strong',
    ],
    [
      [
        [5, 1],
        [2, 9],
        [7, 3],
      ],
      0.5049366682674561,
      'strong',
    ],
  ])('of %j is %f', (table, v, strength) => {
    const found = cramersV(table);
    expect(found?.v).toBeCloseTo(v, 12);
    expect(found).toMatchObject({ strength, n: table.flat().reduce((a, b) => a + b, 0) });
  });

  it('has no strength if chance explains the table', () => {
    // scipy, without continuity correction: chi2 2.667, p 0.10; four times as large: 10.667, p 0.0011.
    const small = [
      [8, 4],
      [4, 8],
    ];
    expect(cramersV(small)).toMatchObject({ strength: 'none' });
    expect(cramersV(small)?.v).toBeGreaterThan(0.2);
    expect(cramersV(small.map((row) => row.map((n) => 4 * n)))).toMatchObject({ strength: 'moderate' });
  });

  it('ignores empty rows and columns, and needs two of both', () => {
    const table = [
      [30, 0, 10],
      [0, 0, 0],
      [12, 0, 28],
    ];
    expect(cramersV(table)).toEqual(
      cramersV([
        [30, 10],
        [12, 28],
      ]),
    );
    expect(cramersV([[3, 4, 5]])).toBeNull();
    expect(
      cramersV([
        [3, 0],
        [4, 0],
      ]),
    ).toBeNull();
    expect(cramersV([])).toBeNull();
  });
});

describe('levels', () => {
  it('of age are ten years wide from 40 to 69', () => {
    expect([0, 39, 40, 49, 50, 69, 70, 101].map(ageBand)).toEqual([
      'under 40',
      'under 40',
      '40–49',
      '40–49',
      '50–59',
      '60–69',
      '70 and over',
      '70 and over',
    ]);
  });

  it('of sex are words', () => {
    expect(['M', 'f', 'female', 'O', 'U'].map(sexName)).toEqual(['Male', 'Female', 'Female', 'Other', 'U']);
  });
});
