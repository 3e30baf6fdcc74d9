import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { filePlace } from '../../process/file-place';
import { isLiving, thisProcess } from '../../process/process-mark';
import { explainWriteError, isPresent } from '../core/file-errors';

/** The process that trains in a run folder, and the place of that folder: a copied project has the file too. */
const holderSchema = z.object({
  host: z.string(),
  pid: z.number().int(),
  started: z.string().nullable(),
  place: z.string().nullable().default(null),
});
type Holder = z.infer<typeof holderSchema>;

const POLL_MILLISECONDS = 200;
/** An orphaned engine saves its run and ends; a step and a save take no longer than this. */
const TIMEOUT_MILLISECONDS = 120_000;

/**
 * Waits until no other engine trains in this folder, and locks it. The engine of a killed application lives until it
 * has saved; the next application must not read files that it is about to replace. Returns a function that unlocks the
 * folder.
 *
 * @throws FoveaError `run_busy` if the other engine does not end
 */
export async function lockRunFolder(
  runFolder: string,
  whileWaiting: () => Promise<void>,
  timeout = TIMEOUT_MILLISECONDS,
): Promise<() => Promise<void>> {
  await mkdir(runFolder).catch((error: unknown) => {
    if (!isPresent(error)) throw explainWriteError(error, 'the run');
  });
  const file = join(runFolder, 'engine.json');
  const until = performance.now() + timeout;
  for (;;) {
    const other = await readHolder(file);
    if (other === null || other.pid === process.pid || isLiving(other) !== true || isCopied(other, runFolder)) break;
    if (performance.now() > until) {
      throw new FoveaError('run_busy', `Another engine (process ${other.pid}) is still training this run.`, {
        hint: 'Wait until it finishes, or restart the computer. Then resume.',
      });
    }
    await whileWaiting();
    await sleep(POLL_MILLISECONDS);
  }
  // A full disk stalls the run when it saves, not because this line cannot be written.
  await writeFile(file, JSON.stringify({ ...thisProcess(), place: filePlace(runFolder) } satisfies Holder)).catch(
    () => {},
  );
  return () => rm(file, { force: true });
}

function isCopied({ place }: Holder, runFolder: string): boolean {
  const here = filePlace(runFolder);
  return place !== null && here !== null && place !== here;
}

const readHolder = (file: string): Promise<Holder | null> =>
  readFile(file, 'utf8')
    .then(
      (text) => holderSchema.parse(JSON.parse(text)),
      () => null,
    )
    .catch(() => null);
