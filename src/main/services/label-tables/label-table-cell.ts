import { unguardCell } from '#shared/tables/csv';
import { parseAge } from '../../ingest/dicom/facts';

/** Text in NFC on one line, without control characters, which a terminal or window could interpret. */
export function plainText(text: string): string {
  // Most cells are printable ASCII: this test is ten times faster than the rest, and tables have millions of cells.
  if (/^[\x20-\x7e]*$/.test(text)) return text.trim();
  return text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$/gu, '');
}

/**
 * A cell's text without the apostrophe that guards it in a spreadsheet, or the `="0013"` that preserves zeros there.
 */
export function cellText(cell = ''): string {
  const kept = cell.includes('="') ? /^\s*="([^"]*)"\s*$/.exec(cell)?.[1] : undefined;
  return plainText(kept ?? unguardCell(cell));
}

/**
 * A path with forward slashes. A `file:` URL (RFC 8089) loses its scheme and local host name, and its percent-encoding
 * is decoded: `file:///C:/a%20b.png` → `C:/a b.png`.
 */
export function pathText(path: string): string {
  const plain = path.replaceAll('\\', '/');
  const url = /^file:(?:\/\/(?:localhost)?(?=\/))?(.*)$/is.exec(plain);
  if (url === null) return plain;
  return decodePercent(url[1] ?? '').replace(/^\/+(?=[a-z]:\/)/i, '');
}

/** "a%20b" → "a b"; text that is not percent-encoded UTF-8 is returned unchanged. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const YES = new Set('1 yes y true t x + ✓ ✔ ☑ ☒ ja j wahr oui vrai sí si verdadero vero sim sant sand'.split(' '));
const NO = new Set('0 no n false f - ☐ nein falsch non faux falso não nao falskt falsk nee onwaar nej'.split(' '));

/** Reads a cell of a class column as yes or no; null for any other value. An empty cell is no. */
export function yesOrNo(cell: string): boolean | null {
  const word = cell.toLowerCase().replace(/^([01])[.,]0*$/, '$1');
  if (word === '' || NO.has(word)) return false;
  return YES.has(word) ? true : null;
}

/** Nobody older is known; a larger number is a code for “missing”, such as 999, or a year of birth. */
const MAX_AGE = 130;

/**
 * Age in years, from 0 to 130, from "57", "57.5", "57,5" or a DICOM age string in any unit ("057Y", "018M"); null for
 * anything else.
 */
export function toYears(text: string | null): number | null {
  const written = /^(\d{1,3}(?:[.,]\d+)?)\s*y?$/i.exec(text ?? '')?.[1];
  const years = written === undefined ? parseAge(text?.toUpperCase() ?? null) : Number(written.replace(',', '.'));
  return years === null || years > MAX_AGE ? null : years;
}

/**
 * Whether a label cell is a missing-value marker of spreadsheets or statistics programs (pandas' na_values, formula
 * errors). "none" and "unknown" may be classes.
 */
export const isNoLabel = (cell: string): boolean =>
  /^(#?n\/a|#?na|[-+]?nan|<na>|null|#n\/a n\/a|#(ref|value|name|div\/0|num|null)[!?])$/i.test(cell);
