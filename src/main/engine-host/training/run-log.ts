import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FoveaError } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import { explainWriteError } from '../core/file-errors';

export interface RunLog {
  /** On a full disk the line waits in memory; a run does not end for want of its log. */
  append(record: LogRecord): void;
  /** Writes what waits and makes it durable. Throws `disk_full`, `not_writable`. */
  flush(): void;
  /** Writes what waits, where that is possible. */
  close(): void;
}

const NEWLINE = 0x0a;

/**
 * `runs/<id>/log.ndjson`, append-only. A line that a kill cut short is closed first, so that it spoils no other; after a
 * resume the steps since the checkpoint stand there twice, and the later ones count.
 */
export async function openRunLog(runFolder: string): Promise<RunLog> {
  try {
    await mkdir(runFolder, { recursive: true });
    const path = join(runFolder, 'log.ndjson');
    const file = openSync(path, 'a+');
    const { size } = statSync(path);
    const last = new Uint8Array(1);
    const isCut = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
    let waiting = Buffer.from(isCut ? '\n' : '');
    const write = () => {
      try {
        while (waiting.length > 0) waiting = waiting.subarray(writeSync(file, waiting));
      } catch (error) {
        throw explainWriteError(error, 'the log of the run');
      }
    };
    const writeIfRoom = () => {
      try {
        write();
      } catch (error) {
        if (!(error instanceof FoveaError) || error.code !== 'disk_full') throw error;
      }
    };
    return {
      append: (record) => {
        waiting = Buffer.concat([waiting, Buffer.from(`${JSON.stringify(record)}\n`)]);
        writeIfRoom();
      },
      flush: () => {
        write();
        fsyncSync(file);
      },
      close: () => {
        try {
          write();
        } catch {
          // What is missing here is written again by the run that goes on.
        }
        closeSync(file);
      },
    };
  } catch (error) {
    throw explainWriteError(error, 'the log of the run');
  }
}
