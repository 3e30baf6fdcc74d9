import { type ErrorInfo, FoveaError } from '#shared/ipc/errors';
import { RESEARCH_USE } from '#shared/research-use';

/** What a command answers: `result` is the JSON object (without `ok`), `text` the same for a person. */
export interface Outcome {
  readonly result: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Done, but because of Ctrl-C: exit code 130. */
  readonly interrupted?: boolean;
  /** Done, and the answer is no (a check that failed): exit code 1, beside the result. */
  readonly failure?: ErrorInfo;
}

/** Exit codes of the command: a contract with scripts. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Wrong usage: exit code 2. */
export class UsageError extends FoveaError {
  constructor(message: string, hint?: string) {
    super('usage', message, hint === undefined ? {} : { hint });
  }
}

/** Ctrl-C before there was anything to keep. */
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

/** The one object on stdout under `--json`, with the notice on its use. Numbers that JSON has no word for become null. */
export function jsonLine(value: { ok: true } | { ok: false; error: ErrorInfo }): string {
  return `${JSON.stringify({ ...value, researchUse: RESEARCH_USE })}\n`;
}
