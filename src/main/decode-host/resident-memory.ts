import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `VmRSS:   123456 kB` of proc(5). */
async function fromProc(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return match === null ? null : Number(match[1]) * 1024;
}

async function fromPs(pid: number): Promise<number | null> {
  const { stdout } = await run('/bin/ps', ['-o', 'rss=', '-p', String(pid)]);
  const kilobytes = Number(stdout.trim());
  return stdout.trim() === '' || !Number.isFinite(kilobytes) ? null : kilobytes * 1024;
}

/**
 * Resident memory of another process in bytes, even while it is busy; null if it has ended or the system does not
 * report it (Windows).
 */
export async function residentBytes(pid: number, system: NodeJS.Platform = process.platform): Promise<number | null> {
  try {
    if (system === 'linux') return await fromProc(pid);
    if (system === 'darwin') return await fromPs(pid);
    return null;
  } catch {
    return null;
  }
}
