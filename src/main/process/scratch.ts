import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLiving, short, thisProcess } from './process-mark';

/** What nobody can say is anybody's goes when it has not changed for this long. */
const UNCLAIMED_MILLISECONDS = 24 * 3_600_000;

/** `<kind>-<host>-<process id>-<start of the process>-<random>` */
const NAME = /-([0-9a-f]{8})-(\d+)-([0-9a-f]{8}|none)-[^-]+$/;

/**
 * A folder for what is not meant to stay, which only this user can enter where `mode` does not say otherwise. Its name
 * says whose it is, so that `sweepScratch` can remove it where its process was killed. Whoever makes it removes it.
 */
export async function makeScratch(parent: string, kind: string, mode = 0o700): Promise<string> {
  const folder = join(parent, scratchName(kind));
  await mkdir(folder, { mode });
  return folder;
}

function scratchName(kind: string): string {
  const { host, pid, started } = thisProcess();
  return [kind, short(host), pid, started ?? 'none', short(randomUUID())].join('-');
}

/**
 * Removes what killed processes left of this kind, and of no living one. What another host left, of whose processes
 * nothing can be known, goes after a day without a change, where `ofOthers` says that no work takes so long. Never throws.
 */
export async function sweepScratch(parent: string, kind: string, ofOthers = true): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(`${kind}-`)) continue;
    const path = join(parent, name);
    if (await isLeft(path, name, ofOthers)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What is being written and gets its own name, in the same folder, when it is whole. */
export const INCOMING = '.incoming';

/** Kinds of scratch in the temporary folder of the system. */
const temporaryKinds = ['fovea-upload', 'fovea-project', 'fovea-bench', 'fovea-precision'] as const;
type TemporaryKind = (typeof temporaryKinds)[number];

export const makeTemporary = (kind: TemporaryKind): Promise<string> => makeScratch(tmpdir(), kind);

export function makeTemporarySync(kind: TemporaryKind): string {
  const folder = join(tmpdir(), scratchName(kind));
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** For the start of Fovea: what was killed before may have left images of patients. Uploads stay as long as a server runs. */
export async function sweepTemporary(): Promise<void> {
  for (const kind of temporaryKinds) await sweepScratch(tmpdir(), kind, false);
}

async function isLeft(path: string, name: string, ofOthers: boolean): Promise<boolean> {
  const { host } = thisProcess();
  const [, madeAt, pid, start] = NAME.exec(name) ?? [];
  if (madeAt === short(host))
    return !isLiving({ host, pid: Number(pid), started: start === 'none' ? null : (start ?? null) });
  if (!ofOthers) return false;
  // Another host's, or of a Fovea that did not say whose it is.
  const status = await stat(path).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > UNCLAIMED_MILLISECONDS;
}
