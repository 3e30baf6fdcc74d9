import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TinyDisk {
  readonly folder: string;
  setWritable(writable: boolean): void;
  unmount(): void;
}

/** A small disk in memory; `size` as in mount(8). Null if this user may not mount. */
export function mountTinyDisk(size: string): TinyDisk | null {
  const place = mkdtempSync(join(tmpdir(), 'fovea-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'ignore' });
  } catch {
    rmSync(place, { recursive: true });
    return null;
  }
  return {
    folder: place,
    setWritable(writable) {
      execFileSync('mount', ['-o', `remount,${writable ? 'rw' : 'ro'}`, place], { stdio: 'ignore' });
    },
    unmount() {
      // Lazy: SQLite releases its files only when its statements are collected.
      execFileSync('umount', ['-l', place], { stdio: 'ignore' });
      rmSync(place, { recursive: true });
    },
  };
}
