import { describe, expect, it } from 'vitest';
import { learningRateProblem } from '#shared/training/learning-rate-bound';
import { between, readNumber, wholeFrom } from './typed-number';

const patchOf12 = (size: number) => (size % 12 === 0 ? null : 'Multiple of 12');

describe('a number in a text field', () => {
  it('is rejected with the reason', () => {
    const size = { check: patchOf12, example: 'a number' };
    expect(readNumber('100', size).error).toBe('Multiple of 12');
    expect(readNumber('abc', size).error).toBe('Type a number');
    expect(readNumber('', size).error).toBe('Type a number');
    expect(readNumber('', { ...size, optional: true })).toEqual({ value: null, error: null });
    expect(readNumber(' 96 ', size)).toEqual({ value: 96, error: null });
  });

  it('must be in its range', () => {
    const epochs = { check: wholeFrom(1, 10_000), example: 'a whole number' };
    for (const text of ['0', '10001', '2.5', '-3']) {
      expect(readNumber(text, epochs).error).toBe('A whole number from 1 to 10,000');
    }
    expect(readNumber('1e2', epochs)).toEqual({ value: 100, error: null });
    expect(between(1, 45)(45.1)).toBe('From 1 to 45');
  });

  it('is accepted as a learning rate only if it can train something', () => {
    for (const rate of [1000, 10.1, 0, -1e-3]) expect(learningRateProblem(rate)).toMatch(/^Above 0, up to 10;/);
    for (const rate of [10, 1e-3, 1e-12]) expect(learningRateProblem(rate)).toBeNull();
  });
});
