import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import { RESEARCH_USE } from '#shared/research-use';

/** Outcome of a command: `result` is the JSON object (without `ok`), `text` the same for people. */
export interface Outcome {
  readonly result: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Ended by Ctrl-C: exit code 130. */
  readonly interrupted?: boolean;
  /** Completed with a negative result (a failed check): exit code 1, in addition to the result. */
  readonly failure?: ErrorInfo;
}

/** Exit codes, on which scripts rely. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Wrong usage: exit code 2. */
export class UsageError extends FoveaError {
  constructor(message: string, hint?: string) {
    super('usage', message, hint === undefined ? {} : { hint });
  }
}

/** Ctrl-C before there was any result. */
export class InterruptedError extends FoveaError {
  constructor() {
    super('interrupted', 'Interrupted.', { hint: 'Completed work is saved.' });
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return exitCodes.failed;
}

/** The only object on stdout with `--json`, including the research-use notice. NaN and infinities become null. */
export function jsonLine(value: { ok: true } | { ok: false; error: ErrorInfo }): string {
  return `${JSON.stringify({ ...value, researchUse: RESEARCH_USE })}\n`;
}
