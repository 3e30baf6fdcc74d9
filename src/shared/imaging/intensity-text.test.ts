import { expect, it } from 'vitest';
import { runConfigSchema } from '../models/run-config';
import { intensityText, parseIntensity } from './intensity-text';

it('parses each kind of intensity, and formats it back', () => {
  expect(parseIntensity('window:40:400')).toEqual({ kind: 'window', center: 40, width: 400 });
  expect(parseIntensity('window:-600:1.5e3')).toEqual({ kind: 'window', center: -600, width: 1500 });
  expect(parseIntensity('percentile:0.5:99')).toEqual({ kind: 'percentile', low: 0.5, high: 99 });
  for (const text of ['auto', 'full-range', 'window:-600:1500', 'percentile:1:99']) {
    expect(intensityText(parseIntensity(text) ?? { kind: 'auto' })).toBe(text);
  }
});

it.each([
  '',
  'window',
  'window:40',
  'window:40:0',
  'window:40:-5',
  'window:40:400:1',
  'window::400',
  'window:a:400',
  'window:40:Infinity',
  'percentile:60:99',
  'percentile:1:40',
  'percentile:-1:99',
  'percentile:50:50',
  'percentile:1:101',
  'full-range:1',
  'auto:',
  'Auto',
])('rejects “%s”', (text) => {
  expect(parseIntensity(text)).toBeNull();
  const parsed = runConfigSchema.safeParse({ backbone: 'vit', intensity: text });
  expect(parsed.error?.message).toContain('window:centre:width');
});
