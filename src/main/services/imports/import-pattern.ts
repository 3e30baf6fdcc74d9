import { runInNewContext } from 'node:vm';
import { FoveaError } from '#shared/ipc/errors';

const MAX_PATTERN_LENGTH = 500;
const MAX_PATH_LENGTH = 1024;
const TIME_LIMIT_MS = 2_000;
/** Added to the limit for each path; a reasonable pattern takes microseconds. */
const TIME_PER_PATH_MS = 0.1;

const SCRIPT = `
(() => {
  const expression = new RegExp(pattern, 'u');
  return paths.map((path) => {
    const match = expression.exec(path);
    return match === null ? null : (match.groups?.patient ?? match[1] ?? null);
  });
})()`;

/**
 * Applies a person's regular expression to relative paths and returns the group named `patient`, else group 1; null for
 * paths that do not match. Runs with a time limit, because an expression can take exponential time.
 * Throws `pattern_invalid` and `pattern_slow`.
 */
export function patientsByPattern(pattern: string, paths: readonly string[]): (string | null)[] {
  const invalid = (message: string, cause?: unknown) =>
    new FoveaError('pattern_invalid', message, {
      hint: 'Example for the part of the file name before the first “_”: ([^/_]+)_[^/]*$',
      cause,
    });
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw invalid(`The patient pattern is longer than ${MAX_PATTERN_LENGTH} characters.`);
  }
  let groups: number;
  try {
    groups = (new RegExp(`${pattern}|`, 'u').exec('')?.length ?? 1) - 1;
  } catch (cause) {
    throw invalid('The patient pattern is not a valid regular expression.', cause);
  }
  if (groups < 1)
    throw invalid('The patient pattern has no group. Put parentheses around the part that identifies the patient.');
  let found: unknown;
  try {
    found = runInNewContext(
      SCRIPT,
      { pattern, paths: paths.map((path) => path.slice(0, MAX_PATH_LENGTH)) },
      { timeout: Math.round(TIME_LIMIT_MS + paths.length * TIME_PER_PATH_MS) },
    );
  } catch (cause) {
    throw new FoveaError('pattern_slow', 'The patient pattern takes too long on these file names.', {
      hint: 'Avoid nested repeats such as (a+)+.',
      cause,
    });
  }
  return Array.from(found as ArrayLike<string | null>, (one) => (one === '' ? null : one));
}
