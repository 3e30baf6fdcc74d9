import { describe, expect, it } from 'vitest';
import { rateMeter, secondsLeft } from './rate-meter';

describe('rateMeter', () => {
  it('measures the last five seconds of a phase', () => {
    let now = 0;
    const rate = rateMeter(() => now);
    expect(rate('reading', 0)).toBeNull();
    now = 200;
    expect(rate('reading', 2)).toBeNull();
    now = 1000;
    expect(rate('reading', 10)).toBe(10);
    // Twenty seconds of nothing, then 4 items in 2 s: the old points are out of the window.
    now = 21_000;
    rate('reading', 10);
    now = 27_000;
    rate('reading', 10);
    now = 29_000;
    expect(rate('reading', 14)).toBe(0.5);
    expect(rate('writing', 14)).toBeNull();
  });

  it('estimates no time left without progress', () => {
    expect(secondsLeft(10, 30, 4)).toBe(5);
    expect(secondsLeft(10, 30, 0)).toBeNull();
    expect(secondsLeft(10, 30, null)).toBeNull();
    expect(secondsLeft(10, null, 4)).toBeNull();
  });
});
