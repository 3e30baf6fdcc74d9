import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { explainWriteError } from './file-errors';

/** Which process trains in a run folder. `bootedAt` tells process ids of one start of the machine from another's. */
const holderSchema = z.object({ host: z.string(), pid: z.number().int(), bootedAt: z.number() });
type Holder = z.infer<typeof holderSchema>;

const LOOK_MILLISECONDS = 200;
/** An engine whose application is gone saves its run and ends: a step and a save take no longer than this. */
const PATIENCE_MILLISECONDS = 120_000;
/** The clock is set now and then, and the uptime is rounded. */
const SAME_BOOT_MILLISECONDS = 60_000;

const self = (): Holder => ({ host: hostname(), pid: process.pid, bootedAt: Date.now() - uptime() * 1000 });

/**
 * Waits until no other engine trains in this folder, and takes it. An application that is killed leaves its engine behind
 * for the time of a save; the next application must not read what that one is about to replace. Answers with what gives the folder back.
 *
 * @throws FoveaError `run_busy` where the other one does not end
 */
export async function holdRun(
  runFolder: string,
  whileWaiting: () => Promise<void>,
  patience = PATIENCE_MILLISECONDS,
): Promise<() => Promise<void>> {
  await mkdir(runFolder, { recursive: true }).catch((error: unknown) => {
    throw explainWriteError(error, 'the run');
  });
  const file = join(runFolder, 'engine.json');
  const until = performance.now() + patience;
  for (;;) {
    const other = await readHolder(file);
    if (other === null || !(await isAlive(other))) break;
    if (performance.now() > until) {
      throw new FoveaError('run_busy', `Another engine (process ${other.pid}) still trains this run.`, {
        hint: 'Wait until it has ended, or restart the computer. Then resume.',
      });
    }
    await whileWaiting();
    await sleep(LOOK_MILLISECONDS);
  }
  // On a full disk a run is held back where it has something to save, not for the want of this line.
  await writeFile(file, JSON.stringify(self())).catch(() => {});
  return () => rm(file, { force: true });
}

const readHolder = (file: string): Promise<Holder | null> =>
  readFile(file, 'utf8')
    .then(
      (text) => holderSchema.parse(JSON.parse(text)),
      () => null,
    )
    .catch(() => null);

async function isAlive(other: Holder): Promise<boolean> {
  const own = self();
  if (other.host !== own.host || other.pid === own.pid) return false;
  if (Math.abs(other.bootedAt - own.bootedAt) > SAME_BOOT_MILLISECONDS) return false;
  try {
    process.kill(other.pid, 0);
  } catch {
    return false;
  }
  // Another program may have got the number since. Linux says what a process is.
  const status = `/proc/${other.pid}/cmdline`;
  if (!existsSync(status)) return true;
  const command = await readFile(status, 'utf8').catch(() => '');
  return command.includes('engine-host');
}
