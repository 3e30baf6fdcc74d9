import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLiving, shortDigest, thisProcess } from './process-mark';

/** Scratch folders without a known owner are removed once unchanged for this long. */
const UNCLAIMED_MILLISECONDS = 24 * 3_600_000;

/** `<kind>-<host>-<process id>-<start of the process>-<random>` */
const NAME = /-([0-9a-f]{8})-(\d+)-([0-9a-f]{8}|none)-[^-]+$/;

/**
 * Creates a folder for temporary files, accessible only to this user unless `mode` says otherwise. Its name identifies
 * the owning process, so that `sweepScratch` can remove it if that process was killed. Otherwise the caller removes it.
 */
export async function makeScratch(parent: string, kind: string, mode = 0o700): Promise<string> {
  const folder = join(parent, scratchName(kind));
  await mkdir(folder, { mode });
  return folder;
}

function scratchName(kind: string): string {
  const { host, pid, started } = thisProcess();
  return [kind, shortDigest(host), pid, started ?? 'none', shortDigest(randomUUID())].join('-');
}

/**
 * Removes folders of this kind left by killed processes, never those of living ones. With `includeOtherHosts`, folders
 * of other hosts, whose processes cannot be checked, are removed after a day without a change; pass false if work may
 * take that long. Never throws.
 */
export async function sweepScratch(parent: string, kind: string, includeOtherHosts = true): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(`${kind}-`)) continue;
    const path = join(parent, name);
    if (await isAbandoned(path, name, includeOtherHosts))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Suffix of a file being written, which gets its own name, in the same folder, when complete. */
export const INCOMING = '.incoming';

/** Kinds of scratch folders in the system's temporary folder. */
const temporaryKinds = ['fovea-upload', 'fovea-project', 'fovea-bench', 'fovea-precision'] as const;
type TemporaryKind = (typeof temporaryKinds)[number];

export const makeTemporary = (kind: TemporaryKind): Promise<string> => makeScratch(tmpdir(), kind);

export function makeTemporarySync(kind: TemporaryKind): string {
  const folder = join(tmpdir(), scratchName(kind));
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/**
 * For the start of Fovea: processes killed earlier may have left images of patients. Uploads are kept as long as a
 * server runs.
 */
export async function sweepTemporary(): Promise<void> {
  for (const kind of temporaryKinds) await sweepScratch(tmpdir(), kind, false);
}

async function isAbandoned(path: string, name: string, includeOtherHosts: boolean): Promise<boolean> {
  const { host } = thisProcess();
  const [, madeAt, pid, start] = NAME.exec(name) ?? [];
  if (madeAt === shortDigest(host))
    return !isLiving({ host, pid: Number(pid), started: start === 'none' ? null : (start ?? null) });
  if (!includeOtherHosts) return false;
  // From another host, or without an owner in its name.
  const status = await stat(path).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > UNCLAIMED_MILLISECONDS;
}
