import { describe, expect, it } from 'vitest';
import { isAlone, widthOf } from './live-chart-plot';

describe('a live chart', () => {
  it('has room for its longest label', () => {
    expect(widthOf(['0.500', '1.000'])).toBe(52);
    // Seven digits and a comma: 14 + 8 × 6.4.
    expect(widthOf(['1,000.00'])).toBeCloseTo(65.2, 6);
    expect(widthOf(null)).toBe(52);
  });

  it('marks an isolated value, which a line would not show', () => {
    expect(isAlone([null, 3, undefined])).toBe(true);
    expect(isAlone([3, 4])).toBe(false);
    expect(isAlone(undefined)).toBe(true);
  });
});
