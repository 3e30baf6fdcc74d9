import { describe, expect, it } from 'vitest';
import { formatAgo, formatDuration, formatMoment, formatRate, formatShortDuration } from './time';

describe('times', () => {
  it('formats durations in suitable units', () => {
    expect([0.42, 9.96, 59.4, 59.6, 200, 3599, 3600, 7170, 86_400, 244_800].map(formatDuration)).toEqual([
      '0.4 s',
      '10.0 s',
      '59 s',
      '1 min',
      '3 min 20 s',
      '1 h 0 min',
      '1 h 0 min',
      '2 h 0 min',
      '24 h 0 min',
      '2.83 days',
    ]);
    expect([3.2, 59.6, 200, 5400, 86_400, 244_800].map(formatShortDuration)).toEqual([
      '3 s',
      '1 min',
      '3 min',
      '2 h',
      '24 h',
      '3 days',
    ]);
    expect(formatDuration(Number.NaN)).toBe('–');
    expect([4.24, 185, 7190, 7800].map(formatDuration)).toEqual(['4.2 s', '3 min 5 s', '2 h 0 min', '2 h 10 min']);
  });

  it('never shows sixty of a unit', () => {
    for (let seconds = 0; seconds < 200_000; seconds += 61.3) {
      expect(formatDuration(seconds)).not.toMatch(/\b60 (s|min)/);
      expect(formatShortDuration(seconds)).not.toMatch(/\b60 (s|min)/);
    }
  });

  it('formats rates', () => {
    expect(formatRate(58.34)).toBe('58.3 images/s');
    expect(formatRate(58.34, '')).toBe('58.3/s');
    expect([1, 1.004, 1.04].map((rate) => formatRate(rate))).toEqual(['1 image/s', '1 image/s', '1.04 images/s']);
  });

  it('shows how long ago something was', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    const ago = (seconds: number) => formatAgo(new Date(now - seconds * 1000).toISOString(), now);
    expect([20, 60, 3599, 7200, 90_000, 3 * 86_400].map(ago)).toEqual([
      'just now',
      '1 minute ago',
      '59 minutes ago',
      '2 hours ago',
      'yesterday',
      '3 days ago',
    ]);
    expect(formatAgo('nonsense', now)).toBe('–');
    expect(formatMoment('2026-11-23T14:22:59.5Z')).toBe('2026-11-23 14:22 UTC');
    expect(formatMoment('nonsense')).toBe('nonsense');
  });
});
