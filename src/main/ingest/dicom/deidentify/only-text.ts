import { splitValues } from './own-identity/without-identity';

interface TextRule {
  /** Maximum characters of a value (PS3.5, 6.2). */
  readonly maxLength: number;
  /** Null: any pattern. */
  readonly pattern: RegExp | null;
  /** Replaces an invalid value. */
  readonly replacement: string;
}

/** UC has no maximum length; other texts are not kept at all. */
const RULES: Readonly<Record<string, TextRule>> = {
  AS: { maxLength: 4, pattern: /^\d{3}[DWMY]$/, replacement: '' },
  // Lower-case letters and a few symbols occur in too many files to be rejected.
  CS: { maxLength: 16, pattern: /^[A-Za-z0-9 _./+-]*$/, replacement: 'REMOVED' },
  LO: { maxLength: 64, pattern: null, replacement: 'REMOVED' },
  SH: { maxLength: 16, pattern: null, replacement: 'REMOVED' },
  UC: { maxLength: Number.POSITIVE_INFINITY, pattern: null, replacement: 'REMOVED' },
  UI: { maxLength: 64, pattern: /^[0-9.]*$/, replacement: '' },
};

export interface TextFacts {
  /** Value representation by the dictionary. */
  readonly known: string;
  /** Maximum number of values by the dictionary. */
  readonly maxValues: number;
}

const isBlank = (byte: number): boolean => byte === 0 || byte === 0x20;

/** Cuts data after a NUL, where many readers end a text; keeps padding. */
function beforeNul(piece: Buffer): Buffer {
  const end = piece.indexOf(0);
  return end < 0 || piece.subarray(end).every(isBlank) ? piece : piece.subarray(0, end);
}

/**
 * Removes from a kept text what its representation does not allow: values that are too long or malformed become a fixed
 * word; data after a NUL and values beyond the maximum number are removed. Null if nothing changes. `read` decodes
 * bytes to text.
 */
export function onlyText(
  { known, maxValues }: TextFacts,
  value: Buffer,
  read: (bytes: Buffer) => string,
): Buffer | null {
  const rule = RULES[known];
  if (rule === undefined) return null;
  const count = read(value).split('\\').length;
  // A backslash byte may be the second of a two-byte character.
  const pieces = splitValues(value, count) ?? [value];
  const kept = pieces.slice(0, maxValues).map((piece) => {
    const text = read(beforeNul(piece)).replaceAll('\0', '').trim();
    const fits = text === '' || ([...text].length <= rule.maxLength && (rule.pattern?.test(text) ?? true));
    return fits ? beforeNul(piece) : Buffer.from(rule.replacement);
  });
  if (kept.length === pieces.length && kept.every((piece, index) => piece === pieces[index])) return null;
  const joined = Buffer.concat(kept.flatMap((piece, index) => (index === 0 ? [piece] : [Buffer.from('\\'), piece])));
  return joined.length % 2 === 0 ? joined : Buffer.concat([joined, Buffer.from(known === 'UI' ? '\0' : ' ')]);
}
