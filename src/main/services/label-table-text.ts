import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { FoveaError } from '#shared/ipc/errors';
import { givenPath, nativePath } from '../ingest/native-path';

/** A table as text cells: the header names are unique and not empty. */
export interface TableText {
  readonly encoding: string;
  readonly delimiter: ',' | ';' | '\t';
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ROWS = 1_000_000;
const MOST_COLUMNS = 200;
const LONGEST_HEADER = 120;
/** One line with all its cells: a quote that is never closed would else swallow the file. */
const LONGEST_ROW = 256 * 1024;

export const tableInvalid = (message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) =>
  new FoveaError('labels_invalid', message, {
    hint:
      options.hint ??
      'The first line names the columns: path, label, and if you have them reader, patient, study, site, split, sex, age.',
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });

/** Reads a table's file. Throws `labels_invalid`. */
export async function readTableText(file: string): Promise<TableText> {
  let bytes: Uint8Array;
  try {
    const path = nativePath(await givenPath(file));
    const info = await stat(path);
    if (!info.isFile()) throw tableInvalid('The label table is not a file.');
    if (info.size > MOST_BYTES) throw tableInvalid('The label table is larger than 64 MB.');
    bytes = await readFile(path);
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    throw tableInvalid('The label table could not be read.', { cause, hint: 'Choose a CSV or TSV text file.' });
  }
  return parseTableText(bytes);
}

/**
 * Splits CSV or TSV (comma, semicolon or tab, whichever the first line has most of) into cells. Lines end as they like;
 * empty ones are left out. Throws `labels_invalid`.
 */
export function parseTableText(bytes: Uint8Array): TableText {
  const { text, encoding, warning } = decodeText(bytes);
  if (text.includes('\u0000')) {
    throw tableInvalid('The label table is not a text file.', { hint: 'Export the table as CSV or TSV first.' });
  }
  if (longestLine(text) > LONGEST_ROW)
    throw tableInvalid('The label table has a line of more than 262,144 characters.');
  const firstLine = text.slice(0, Math.max(0, text.search(/[\r\n]|$/)));
  const delimiter = ([',', ';', '\t'] as const).reduce((a, b) =>
    firstLine.split(b).length > firstLine.split(a).length ? b : a,
  );
  let lines: string[][];
  try {
    lines = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: LONGEST_ROW,
      to: MOST_ROWS + 2,
    });
  } catch (cause) {
    throw tableInvalid('The label table could not be read as CSV or TSV.', { cause });
  }
  if (lines.length > MOST_ROWS + 1) throw tableInvalid('The label table has more than a million rows.');
  const names = lines[0] ?? [];
  if (names.length > MOST_COLUMNS) throw tableInvalid(`The label table has more than ${MOST_COLUMNS} columns.`);
  return {
    encoding,
    delimiter,
    headers: uniqueNames(names.map((name) => plainText(name).slice(0, LONGEST_HEADER))),
    rows: lines.slice(1),
    warnings: warning === null ? [] : [warning],
  };
}

/** Looked at before anything is split: a table without line ends would hold the program up for minutes. */
function longestLine(text: string): number {
  let longest = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (at < text.length && code !== 10 && code !== 13) continue;
    longest = Math.max(longest, at - start);
    start = at + 1;
  }
  return longest;
}

/** NFC, one line, without control characters, which a terminal or a window would take for more than text. */
export function plainText(text: string): string {
  // Most cells: a test is ten times quicker than the rest, and tables have millions of cells.
  if (/^[\x20-\x7e]*$/.test(text)) return text.trim();
  return text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
}

/** By the byte order mark; else UTF-16 where every other byte is mostly 0; else UTF-8; else Windows-1252. */
function decodeText(bytes: Uint8Array): {
  readonly text: string;
  readonly encoding: string;
  readonly warning: string | null;
} {
  const [a, b] = bytes;
  const decode = (label: string, fatal: boolean) => new TextDecoder(label, { fatal }).decode(bytes);
  const wide = a === 0xff && b === 0xfe ? 'le' : a === 0xfe && b === 0xff ? 'be' : wideByZeros(bytes);
  if (wide !== null) {
    return { text: decode(`utf-16${wide}`, false), encoding: `UTF-16 ${wide.toUpperCase()}`, warning: null };
  }
  try {
    return { text: decode('utf-8', true), encoding: 'UTF-8', warning: null };
  } catch {
    return {
      text: decode('windows-1252', false),
      encoding: 'Windows-1252',
      warning: 'The table is not UTF-8: it was read as Windows-1252. Check letters such as ä, é and ø in the preview.',
    };
  }
}

const LOOKED_AT = 512;

/** Text that is mostly Latin has a 0 in each character: in the odd bytes little endian, in the even ones big endian. */
function wideByZeros(bytes: Uint8Array): 'le' | 'be' | null {
  const head = bytes.subarray(0, LOOKED_AT);
  if (head.length < 4 || bytes.length % 2 !== 0) return null;
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const most = head.length / 2;
  if (odd > 0.7 * most && even < 0.1 * most) return 'le';
  if (even > 0.7 * most && odd < 0.1 * most) return 'be';
  return null;
}

/** "Label", "Label" → "Label", "Label (2)"; an empty name becomes "column 3". */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const wanted = name === '' ? `column ${index + 1}` : name;
    let unique = wanted;
    for (let number = 2; taken.has(unique); number++) unique = `${wanted} (${number})`;
    taken.add(unique);
    return unique;
  });
}
