import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FoveaError } from '#shared/ipc/errors';
import { filePlace } from '../../process/file-place';
import { isLiving, thisProcess } from '../../process/process-mark';
import { explainWriteError, isPresent } from '../core/file-errors';

/** Which process trains in a run folder, and in which: a copied project has the file and not the process. */
const holderSchema = z.object({
  host: z.string(),
  pid: z.number().int(),
  started: z.string().nullable(),
  place: z.string().nullable().default(null),
});
type Holder = z.infer<typeof holderSchema>;

const LOOK_MILLISECONDS = 200;
/** An engine whose application is gone saves its run and ends: a step and a save take no longer than this. */
const PATIENCE_MILLISECONDS = 120_000;

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
  await mkdir(runFolder).catch((error: unknown) => {
    if (!isPresent(error)) throw explainWriteError(error, 'the run');
  });
  const file = join(runFolder, 'engine.json');
  const until = performance.now() + patience;
  for (;;) {
    const other = await readHolder(file);
    if (other === null || other.pid === process.pid || isLiving(other) !== true || isCopied(other, runFolder)) break;
    if (performance.now() > until) {
      throw new FoveaError('run_busy', `Another engine (process ${other.pid}) is still training this run.`, {
        hint: 'Wait until it finishes, or restart the computer. Then resume.',
      });
    }
    await whileWaiting();
    await sleep(LOOK_MILLISECONDS);
  }
  // On a full disk a run is held back where it has something to save, not for the want of this line.
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
