import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies one process among all that ever ran on a machine: process ids are reused. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** Represents the start time, independent of later clock changes; null if the system does not report it (Windows). */
  readonly started: string | null;
}

/** Instead of a start: the process has ended, but its parent has not collected its status. */
const ENDED = 'ended';

let own: ProcessMark | null = null;

/** The mark of this process. */
export function thisProcess(): ProcessMark {
  own ??= { host: hostname(), pid: process.pid, started: processStart(process.pid) };
  return own;
}

/**
 * Whether the marked process is alive, independent of the clock; null for a process of another host, about which
 * nothing can be known.
 */
export function isLiving({ host, pid, started }: ProcessMark): boolean | null {
  if (host !== hostname()) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is alive and belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const current = processStart(pid);
  return current === null || (current !== ENDED && (started === null || current === started));
}

/**
 * Constant over the life of a process, and different for a later process with the same id; null if the system does not
 * report it.
 */
export function processStart(pid: number, system: NodeJS.Platform = process.platform): string | null {
  try {
    if (system === 'linux') return startFromProc(pid);
    if (system === 'darwin') {
      const environment = { LC_ALL: 'C', TZ: 'UTC' };
      return shortDigest(
        execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { env: environment }).toString(),
      );
    }
    return null;
  } catch {
    return null;
  }
}

/**
 * Fields 3 (state) and 22 (start, in ticks since boot) of proc_pid_stat(5), with the id of this boot. The name before
 * them may contain blanks.
 */
function startFromProc(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return ENDED;
  const ticks = fields[19];
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return ticks === undefined ? null : shortDigest(`${boot} ${ticks}`);
}

/** Eight hex digits that represent a text in file names and rows. */
export const shortDigest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
