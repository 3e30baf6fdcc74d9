import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { residentBytes } from './resident-memory';

const MEBIBYTE = 2 ** 20;
const systems = (['linux', 'darwin'] as const).filter((system) =>
  existsSync(system === 'linux' ? '/proc/self/status' : '/bin/ps'),
);

test.each(systems)('resident memory reported by %s is that of the process', async (system) => {
  // A separate idle process: its memory is known, and no garbage is collected in the meantime.
  const script = `const held = Buffer.alloc(${256 * MEBIBYTE}, 1); process.send(held.length); setInterval(() => held, 1e6);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  try {
    await once(child, 'message');
    const told = await residentBytes(child.pid as number, system);
    expect(told).toBeGreaterThan(256 * MEBIBYTE);
    expect(told).toBeLessThan(512 * MEBIBYTE);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a missing process, and a system that does not report it', async () => {
  expect(await residentBytes(2 ** 30)).toBe(null);
  expect(await residentBytes(process.pid, 'win32')).toBe(null);
});
