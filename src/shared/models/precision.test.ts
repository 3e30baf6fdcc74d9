import { describe, expect, it } from 'vitest';
import { precisionWarnings } from './precision';

const measured = (right: { fp32: number; int8: number }, agreeing: number) => {
  const file = (count: number) => ({ bytes: 1, imagesPerSecond: 1, accuracy: count / 200 });
  return {
    images: 200,
    fp32: file(right.fp32),
    int8: file(right.int8),
    maxProbabilityDifference: 0.02,
    agreement: agreeing / 200,
  };
};

describe('precisionWarnings', () => {
  it('is empty if 99 % of accuracy and predictions stay', () => {
    expect(precisionWarnings(measured({ fp32: 150, int8: 149 }, 198))).toEqual([]);
    expect(precisionWarnings(measured({ fp32: 150, int8: 155 }, 200))).toEqual([]);
  });

  it('warns of lost accuracy and of changed predictions separately', () => {
    expect(precisionWarnings(measured({ fp32: 150, int8: 148 }, 198))).toEqual([
      expect.stringContaining('int8 classifies 74.0 % of the 200 images correctly and fp32 75.0 %'),
    ]);
    expect(precisionWarnings(measured({ fp32: 150, int8: 151 }, 197))).toEqual([
      expect.stringContaining('3 of 200 predictions differ'),
    ]);
    expect(precisionWarnings(measured({ fp32: 150, int8: 100 }, 140))).toHaveLength(2);
  });
});
