import { splitValues } from './own-identity/without-identity';

interface TextRule {
  /** Most characters of a value (PS3.5, 6.2). */
  readonly longest: number;
  /** Null: any. */
  readonly form: RegExp | null;
  /** What stands in place of a value that is none. */
  readonly instead: string;
}

/** UC has no longest; the other texts are not kept at all. */
const RULES: Readonly<Record<string, TextRule>> = {
  AS: { longest: 4, form: /^\d{3}[DWMY]$/, instead: '' },
  // Small letters and a few signs are in too many files to be taken for something else.
  CS: { longest: 16, form: /^[A-Za-z0-9 _./+-]*$/, instead: 'REMOVED' },
  LO: { longest: 64, form: null, instead: 'REMOVED' },
  SH: { longest: 16, form: null, instead: 'REMOVED' },
  UC: { longest: Number.POSITIVE_INFINITY, form: null, instead: 'REMOVED' },
  UI: { longest: 64, form: /^[0-9.]*$/, instead: '' },
};

export interface TextFacts {
  /** By the dictionary. */
  readonly known: string;
  /** Most values by the dictionary. */
  readonly most: number;
}

const isBlank = (byte: number): boolean => byte === 0 || byte === 0x20;

/** Without what stands behind a NUL, where texts end for many readers; padding stays. */
function beforeNul(piece: Buffer): Buffer {
  const end = piece.indexOf(0);
  return end < 0 || piece.subarray(end).every(isBlank) ? piece : piece.subarray(0, end);
}

/**
 * The value of a kept text without what its representation does not allow: values that are too long or not of its form
 * become a fixed word; what stands behind a NUL, and values beyond as many as the attribute can have, go. Null where
 * nothing is to be done. `read`: bytes as text.
 */
export function onlyText({ known, most }: TextFacts, value: Buffer, read: (bytes: Buffer) => string): Buffer | null {
  const rule = RULES[known];
  if (rule === undefined) return null;
  const count = read(value).split('\\').length;
  // A backslash may be the second byte of a character.
  const pieces = splitValues(value, count) ?? [value];
  const left = pieces.slice(0, most).map((piece) => {
    const text = read(beforeNul(piece)).replaceAll('\0', '').trim();
    const fits = text === '' || ([...text].length <= rule.longest && (rule.form?.test(text) ?? true));
    return fits ? beforeNul(piece) : Buffer.from(rule.instead);
  });
  if (left.length === pieces.length && left.every((piece, index) => piece === pieces[index])) return null;
  const joined = Buffer.concat(left.flatMap((piece, index) => (index === 0 ? [piece] : [Buffer.from('\\'), piece])));
  return joined.length % 2 === 0 ? joined : Buffer.concat([joined, Buffer.from(known === 'UI' ? '\0' : ' ')]);
}
