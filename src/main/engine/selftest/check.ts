import type { EngineDevice } from '../backends/backend';

/** One comparison of the engine with a reference. */
export interface Check {
  readonly what: string;
  readonly relativeError: number;
  readonly limit: number;
  readonly ok: boolean;
}

/** Returns the factor on error limits: GPU programs round differently and are allowed ten times the error. */
export const limitFactor = (device: EngineDevice): number => (device === 'cpu' || device === 'tfjs' ? 1 : 10);

/**
 * Returns ||a - b|| / ||b||, or the absolute ||a - b|| if the reference's norm is at most `floor`. NaN if sizes differ.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  if (actual.length !== expected.length) return Number.NaN;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i += 1) {
    difference += ((actual[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return norm <= floor * floor ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

export function check(what: string, error: number, limit: number): Check {
  return { what, relativeError: error, limit, ok: error <= limit };
}
