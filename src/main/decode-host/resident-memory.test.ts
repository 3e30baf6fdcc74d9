import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { residentBytes } from './resident-memory';

const systems = (['linux', 'darwin'] as const).filter((system) =>
  existsSync(system === 'linux' ? '/proc/self/status' : '/bin/ps'),
);

test.each(systems)('resident memory as %s tells it is that of the process', async (system) => {
  const held = Buffer.alloc(64 * 2 ** 20, 1);
  const told = (await residentBytes(process.pid, system)) ?? 0;
  const own = process.memoryUsage.rss();
  expect(held[0]).toBe(1);
  expect(Math.abs(told - own)).toBeLessThan(48 * 2 ** 20);
});

test('a process that is not there, and a system that does not tell', async () => {
  expect(await residentBytes(2 ** 30)).toBe(null);
  expect(await residentBytes(process.pid, 'win32')).toBe(null);
});
