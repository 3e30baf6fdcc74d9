import { z } from 'zod';

export const errorInfoSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });
export type ErrorInfo = z.infer<typeof errorInfoSchema>;

/** How every request is answered, over any transport. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorInfo };

/**
 * An error that a user can do something about: `message` says what happened to what, `hint` what to do next. Never a
 * path outside the project, a stack or a patient's name. Anything else that is thrown is a bug and is shown as
 * `internal`.
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

  /** What `toErrorInfo` made of an error on the other side of a process boundary. */
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

/** For the end of a switch over a closed union: compiles only where nothing is left. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
