import { open, rm } from 'node:fs/promises';
import { type EpochRecord, type LogRecord, logRecordSchema } from '#shared/models/run';
import { logFile } from './run-files';

/** Bytes read at once at most; the engine writes some hundred bytes a line. */
const MAX_BYTES = 512 * 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Reads the complete lines of `log.ndjson` from byte `from`, and the offset of the next line. A last line without a
 * newline is still being written. Invalid lines are null.
 */
async function readLines(folder: string, from: number): Promise<{ lines: (LogRecord | null)[]; next: number }> {
  const handle = await open(logFile(folder), 'r').catch(() => null);
  if (handle === null) return { lines: [], next: from };
  try {
    const { size } = await handle.stat();
    if (size <= from || size - from > MAX_BYTES) return { lines: [], next: from };
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
    const lines = buffer.toString('utf8', 0, end).split('\n');
    lines.pop();
    return { lines: lines.map(parseRecord), next: from + end };
  } finally {
    await handle.close();
  }
}

function parseRecord(line: string): LogRecord | null {
  try {
    return logRecordSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/**
 * Reads the log from byte `after`, which is 0 or the `next` of an earlier call, so following a long log stays cheap. A
 * resumed run repeats the steps since its checkpoint: of records written twice, the later one is kept. Step records are
 * thinned evenly to at most `limit`; epochs and notes are all kept.
 */
export async function readRunLog(
  folder: string,
  after: number,
  limit: number,
): Promise<{ records: LogRecord[]; next: number }> {
  const { lines, next } = await readLines(folder, after);
  const records = withoutRepeats(lines.flatMap((record) => record ?? []));
  const steps = records.filter((record) => record.kind === 'step').length;
  const every = steps <= limit ? 1 : steps / Math.max(1, limit);
  let seen = 0;
  let kept = 0;
  const thinned = records.filter((record) => {
    if (record.kind !== 'step') return true;
    seen += 1;
    if (seen < (kept + 1) * every && every > 1) return false;
    kept += 1;
    return kept <= limit;
  });
  return { records: thinned, next };
}

/** The epochs of a run in order, each once. */
export async function readHistory(folder: string): Promise<EpochRecord[]> {
  const { lines } = await readLines(folder, 0);
  const records = withoutRepeats(lines.flatMap((record) => record ?? []));
  return records.filter((record): record is EpochRecord => record.kind === 'epoch');
}

/** Walks backwards and drops every step and epoch at or after one already seen. */
function withoutRepeats(records: readonly LogRecord[]): LogRecord[] {
  let step = Number.POSITIVE_INFINITY;
  let epoch = Number.POSITIVE_INFINITY;
  return records
    .toReversed()
    .filter((record) => {
      if (record.kind === 'step') {
        if (record.step >= step) return false;
        step = record.step;
      } else if (record.kind === 'epoch') {
        if (record.epoch >= epoch) return false;
        epoch = record.epoch;
      }
      return true;
    })
    .toReversed();
}

/** Removes the log of a run that restarts from its first step. */
export const removeRunLog = (folder: string): Promise<void> => rm(logFile(folder), { force: true });
