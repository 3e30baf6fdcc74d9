import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRecord } from '#shared/models/run';
import { explainWriteError, isPresent } from '../core/file-errors';

export interface RunLog {
  /** On a disk that is full, fails or is away the line waits in memory; a run does not end for want of its log. */
  append(record: LogRecord): void;
  /** Writes what waits and makes it durable. Throws `disk_full`, `disk_failed`, `not_writable`. */
  flush(): void;
  /** Writes what waits, where that is possible. */
  close(): void;
}

const NEWLINE = 0x0a;

/**
 * `runs/<id>/log.ndjson`, append-only. A line that a kill cut short is closed first, so that it spoils no other; after a
 * resume the steps since the checkpoint stand there twice, and the later ones count.
 *
 * What is not known to be durable is kept in memory: a disk that fails may lose what it took, and a file that was open
 * then can never be written again. It is opened anew, cut back to what is durable, and written from there.
 */
export async function openRunLog(runFolder: string): Promise<RunLog> {
  try {
    // The folder of a run that is there; a project that is away is not made anew.
    await mkdir(runFolder).catch((error: unknown) => {
      if (!isPresent(error)) throw error;
    });
    return createRunLog(join(runFolder, 'log.ndjson'));
  } catch (error) {
    throw explainWriteError(error, 'the log of the run');
  }
}

function createRunLog(path: string): RunLog {
  let file: number | null = openSync(path, 'a+');
  let durable = statSync(path).size;
  const last = new Uint8Array(1);
  const isCut = durable > 0 && readSync(file, last, 0, 1, durable - 1) === 1 && last[0] !== NEWLINE;
  /** What follows the durable bytes, and how much of it the present file has. */
  let pending = Buffer.from(isCut ? '\n' : '');
  let written = 0;

  const reopen = (): number => {
    const opened = openSync(path, 'a+');
    durable = Math.min(durable, statSync(path).size);
    ftruncateSync(opened, durable);
    written = 0;
    return opened;
  };
  const giveUp = () => {
    try {
      if (file !== null) closeSync(file);
    } catch {
      // The disk is gone: so is the file.
    }
    file = null;
  };
  const write = () => {
    try {
      file ??= reopen();
      while (written < pending.length) written += writeSync(file, pending, written);
    } catch (error) {
      giveUp();
      throw explainWriteError(error, 'the log of the run');
    }
  };
  const writeIfPossible = () => {
    try {
      write();
    } catch {
      // It waits for the next line or checkpoint.
    }
  };
  return {
    append: (record) => {
      pending = Buffer.concat([pending, Buffer.from(`${JSON.stringify(record)}\n`)]);
      writeIfPossible();
    },
    flush: () => {
      write();
      try {
        if (file !== null) fsyncSync(file);
      } catch (error) {
        giveUp();
        throw explainWriteError(error, 'the log of the run');
      }
      durable += written;
      pending = pending.subarray(written);
      written = 0;
    },
    close: () => {
      // What is missing here is written again by the run that goes on.
      writeIfPossible();
      giveUp();
    },
  };
}
