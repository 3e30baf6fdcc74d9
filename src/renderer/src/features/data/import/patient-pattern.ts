/** Ready-made patterns for the common positions of a patient id in file names. Group 1 is the patient. */
export const patternPresets: readonly { readonly label: string; readonly pattern: string }[] = [
  { label: 'Up to the first “_” of the file name', pattern: '([^/_]+)_[^/]*$' },
  { label: 'Up to the first “-” of the file name', pattern: '([^/-]+)-[^/]*$' },
  { label: 'First number in the file name', pattern: '[^/0-9]*([0-9]+)[^/]*$' },
  { label: 'Folder name', pattern: '([^/]+)/[^/]+$' },
];

export interface PatternMatch {
  readonly path: string;
  /** Null if the pattern does not match. */
  readonly patient: string | null;
}

export type PatternPreview =
  | { readonly ok: true; readonly matches: readonly PatternMatch[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Previews a pattern on some paths: like the import, it reads the group named `patient`, else group 1. Only for a few
 * short paths; the import itself runs the pattern with a deadline.
 */
export function tryPattern(pattern: string, paths: readonly string[]): PatternPreview {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    return { ok: false, reason: 'This is not a valid regular expression.' };
  }
  if ((new RegExp(`${pattern}|`, 'u').exec('')?.length ?? 1) < 2) {
    return { ok: false, reason: 'Put parentheses around the part that identifies the patient.' };
  }
  if (/[+*}]\)[+*{]/.test(pattern)) {
    return { ok: false, reason: 'Nested repeats such as (a+)+ can take very long. Rewrite the pattern without them.' };
  }
  const matches = paths.map((path) => {
    const match = expression.exec(path.slice(0, 300));
    const found = match === null ? null : (match.groups?.['patient'] ?? match[1] ?? null);
    return { path, patient: found === '' ? null : found };
  });
  return { ok: true, matches };
}
