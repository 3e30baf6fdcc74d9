import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isLiving, processStart, thisProcess } from './process-mark';

describe('a process mark', () => {
  it('is alive while its process is, and unknown on another host', () => {
    const own = thisProcess();
    expect(own.pid).toBe(process.pid);
    expect(isLiving(own)).toBe(true);
    expect(isLiving({ ...own, started: null })).toBe(true);
    expect(isLiving({ ...own, host: 'elsewhere' })).toBeNull();
    expect(isLiving({ ...own, pid: spawnSync(process.execPath, ['-e', '']).pid, started: null })).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('distinguishes a process from another with the same pid', async () => {
    expect(isLiving({ ...thisProcess(), started: '01234567' })).toBe(false);
    const child = spawn('sleep', ['60']);
    const { pid } = child;
    if (pid === undefined) throw new Error('no child');
    const started = processStart(pid);
    expect(started).toMatch(/^[0-9a-f]{8}$/);
    expect(processStart(pid)).toBe(started);
    expect(started).not.toBe(processStart(process.pid));
    child.kill('SIGKILL');
    // Until Node has asked how it ended, Linux keeps it as a zombie: it does not live.
    while (isLiving({ ...thisProcess(), pid, started })) execFileSync('sleep', ['0.01']);
    await once(child, 'exit');
    expect(processStart(pid)).toBeNull();
  });
});
