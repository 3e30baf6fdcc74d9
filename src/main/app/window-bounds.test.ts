import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fitBounds, loadBounds, storeBounds } from './window-bounds';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const bounds = { x: 100, y: 50, width: 1200, height: 800, maximized: false };

it('are restored as stored, and ignored from a damaged file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bounds-'));
  const file = join(folder, 'window.json');
  expect(loadBounds(file)).toBeNull();
  storeBounds(file, bounds);
  expect(loadBounds(file)).toEqual(bounds);
  writeFileSync(file, '{"x": 1e99');
  expect(loadBounds(file)).toBeNull();
  rmSync(folder, { recursive: true });
});

it('are dropped for a screen that is gone', () => {
  expect(fitBounds(bounds, [screen])).toEqual(bounds);
  expect(fitBounds({ ...bounds, x: 2000 }, [screen])).toBeNull();
  expect(fitBounds({ ...bounds, x: 2000 }, [screen, { ...screen, x: 1920 }])).toMatchObject({ x: 2000 });
  expect(fitBounds(bounds, [])).toBeNull();
});

it('are never smaller than the screens are designed for', () => {
  expect(fitBounds({ ...bounds, width: 300, height: 200 }, [screen])).toMatchObject({ width: 960, height: 640 });
});
