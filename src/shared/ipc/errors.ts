import { z } from 'zod';

export const errorInfoSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });
export type ErrorInfo = z.infer<typeof errorInfoSchema>;

/** Envelope of every response, over any transport. */
export type Envelope<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorInfo };

/**
 * An error that a user can act on: `message` says what happened to what, `hint` what to do next. Never contains a path
 * outside the project, a stack or a patient's name. Any other exception is a bug and is shown as `internal`.
 */
export class FoveaError extends Error {
  override readonly name = 'FoveaError';
  readonly code: string;
  readonly hint: string | null;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
  }

  /** Restores an error that `toErrorInfo` serialised on the other side of a process boundary. */
  static from({ code, message, hint }: ErrorInfo): FoveaError {
    return new FoveaError(code, message, hint === null ? {} : { hint });
  }
}

export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof FoveaError) return { code: error.code, message: error.message, hint: error.hint };
  return {
    code: 'internal',
    message: 'Fovea ran into an unexpected error.',
    hint: 'Your changes are saved. Try again. If this happens again, send the log from Settings.',
  };
}

/** For the end of a switch over a closed union: compiles only if every case is handled. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
