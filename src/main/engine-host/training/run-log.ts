import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRecord } from '#shared/models/run';
import { explainWriteError, isPresent } from '../core/file-errors';

export interface RunLog {
  /** Keeps the line in memory if the disk is full, failing or disconnected: a log must not end a run. */
  append(record: LogRecord): void;
  /** Writes pending lines and makes them durable. Throws `disk_full`, `disk_failed`, `not_writable`. */
  flush(): void;
  /** Writes pending lines if possible. */
  close(): void;
}

const NEWLINE = 0x0a;

/**
 * Opens `runs/<id>/log.ndjson`, which is append-only. A line cut short by a kill is terminated first, so it does not
 * spoil the next one. After a resume, the log has the steps since the checkpoint twice, and the later ones count.
 *
 * Lines not known to be durable are kept in memory: a failing disk may lose accepted data, and a file open at the time
 * cannot be written any more. It is reopened, truncated to the durable bytes, and written from there.
 */
export async function openRunLog(runFolder: string): Promise<RunLog> {
  try {
    // Creates only the run's own folder, not that of a project that was moved.
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
  /** Bytes after the durable ones, and how many of them the current file has. */
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
      // The disk is gone, and the file with it.
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
      // Tried again with the next line or checkpoint.
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
      // Missing lines are written again when the run is resumed.
      writeIfPossible();
      giveUp();
    },
  };
}
