import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRecord } from '#shared/models/run';
import { explainWriteError } from './file-errors';

export interface RunLog {
  append(record: LogRecord): void;
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
    if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE) writeSync(file, '\n');
    return {
      append: (record) => {
        try {
          writeSync(file, `${JSON.stringify(record)}\n`);
        } catch (error) {
          throw explainWriteError(error, 'the log of the run');
        }
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    throw explainWriteError(error, 'the log of the run');
  }
}
