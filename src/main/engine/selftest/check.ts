import type { EngineDevice } from '../backends/backend';

/** One comparison of the engine with a reference. */
export interface Check {
  readonly what: string;
  readonly relativeError: number;
  readonly limit: number;
  readonly ok: boolean;
}

/** What limits are multiplied with: programs of a graphics card round otherwise, and have ten times the room. */
export const limitFactor = (device: EngineDevice): number => (device === 'cpu' || device === 'tfjs' ? 1 : 10);

/** ||a - b|| / ||b||; the absolute ||a - b|| where the reference's norm is below `floor`. NaN where sizes differ. */
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
