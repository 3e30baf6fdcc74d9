import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRate,
  formatShortDuration,
} from './format';

describe('format', () => {
  it('writes durations in the units a person would use', () => {
    expect([0.42, 9.96, 59.4, 59.6, 200, 3599, 3600, 7170, 86_400, 244_800].map(formatDuration)).toEqual([
      '0.4 s',
      '10.0 s',
      '59 s',
      '1 min',
      '3 min 20 s',
      '60 min',
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
  });

  it('writes numbers with three digits', () => {
    expect([0, 12_345.6, 58.345, 0.5, 0.000_02, -1.236].map(formatNumber)).toEqual([
      '0',
      '12,346',
      '58.3',
      '0.5',
      '2.0e-5',
      '-1.24',
    ]);
    expect(formatPercent(0.9103)).toBe('91.0 %');
    expect(formatQuantity(1, 'image')).toBe('1 image');
    expect(formatQuantity(1200, 'image')).toBe('1,200 images');
    expect(formatRate(58.34)).toBe('58.3 images/s');
    expect(formatRate(58.34, '')).toBe('58.3/s');
    expect([1, 1.004, 1.04].map((rate) => formatRate(rate))).toEqual(['1 image/s', '1 image/s', '1.04 images/s']);
    expect([999, 1500, 412e6, 2.5e9].map(formatBytes)).toEqual(['999 B', '1.5 kB', '412 MB', '2.5 GB']);
  });

  it('tells how long ago something was', () => {
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
  });
});
