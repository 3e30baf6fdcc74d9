import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { destination, type Logger, pino } from 'pino';

/** Fovea's own log: records events without identities. */
export interface FoveaLog {
  info(what: string, facts?: Readonly<Record<string, string | number | boolean | null>>): void;
  /** Logs an unexpected error. Paths and quoted text are removed first. */
  failure(what: string, error: unknown): void;
  close(): void;
}

const MAX_BYTES = 4 * 2 ** 20;

/**
 * Writes `logs/fovea.log` in the user-data folder, one JSON object per line; at 4 MiB it becomes `fovea.1.log`. If the
 * folder is not writable, nothing is logged.
 */
export function createLog(userDataFolder: string): FoveaLog {
  const logger = openLogger(join(userDataFolder, 'logs'));
  return {
    info: (what, facts = {}) => logger?.info(facts, what),
    failure: (what, error) => logger?.error({ error: describeFailure(error) }, what),
    close: () => logger?.flush(),
  };
}

function openLogger(folder: string): Logger | null {
  const file = join(folder, 'fovea.log');
  try {
    mkdirSync(folder, { recursive: true });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES)
      renameSync(file, join(folder, 'fovea.1.log'));
    const stream = destination({ dest: file, sync: true });
    return pino(
      { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime, redact: ['*.path', '*.name'] },
      stream,
    );
  } catch {
    return null;
  }
}

interface Failure {
  readonly kind: string;
  readonly code: string | null;
  readonly message: string;
  readonly stack: readonly string[];
  readonly cause: Failure | null;
}

/** The loggable facts of an error: system messages quote paths, and paths name patients and users. */
export function describeFailure(error: unknown, depth = 0): Failure {
  if (!(error instanceof Error)) return { kind: typeof error, code: null, message: '', stack: [], cause: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return {
    kind: error.name,
    code,
    message: withoutNames(error.message),
    stack: stackFrames(error.stack ?? ''),
    cause: error.cause === undefined || depth > 4 ? null : describeFailure(error.cause, depth + 1),
  };
}

/** Replaces quoted text, and everything from what looks like a path to the end of the line, by `…`. */
export function withoutNames(text: string): string {
  return text
    .replace(/(["'`])(?:(?!\1)[^\n])*\1/g, '$1…$1')
    .replace(/(?:file:\/\/|[A-Za-z]:[\\/]|\\\\|~?\/)[^\n]*/g, '…')
    .slice(0, 500);
}

/** Stack frames without folders: `at openProject (services.js:12:3)`. */
function stackFrames(stack: string): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim().replace(/(?<![\w.-])(?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^()]*[\\/]/g, ''));
}
