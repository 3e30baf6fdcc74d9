import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { FoveaError } from '#shared/ipc/errors';
import { delimiterName } from '#shared/tables/delimiter-name';
import { nativePath, pathFromUser } from '../../ingest/native-path';
import { plainText } from './label-table-cell';
import { detectDialect } from './label-table-dialect';
import { decodeText } from './label-table-encoding';
import { tableInvalid } from './label-table-errors';
import { findHeader, type Headed, headTable } from './label-table-header';

/** A table parsed into text cells. */
export interface TableText extends Headed {
  readonly encoding: string;
  readonly delimiter: string;
  /** All lines with at least one non-empty cell, including those above the header. */
  readonly lines: readonly (readonly string[])[];
}

export const tableLimits = {
  bytes: 64 * 2 ** 20,
  rows: 1_000_000,
  columns: 200,
  /** Characters of one line: an unclosed quote would otherwise swallow the rest of the file. */
  longestRow: 256 * 1024,
} as const;

/** Reads and parses a table file. Throws `labels_invalid`. */
export async function readTableText(file: string): Promise<TableText> {
  let bytes: Uint8Array;
  try {
    const path = nativePath(await pathFromUser(file));
    const info = await stat(path);
    if (!info.isFile()) throw tableInvalid('The label table is not a file.');
    if (info.size > tableLimits.bytes) throw tableInvalid('The label table is larger than 64 MB.');
    bytes = await readFile(path);
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    throw tableInvalid('The label table could not be read.', { cause, hint: 'Choose a CSV or TSV text file.' });
  }
  return parseTableText(bytes);
}

/**
 * Parses a text table into cells: see `decodeText` for the encoding, `detectDialect` for the delimiter and `findHeader`
 * for the header. Lines end with CR, LF or both, also mixed; empty ones are dropped. Throws `labels_invalid`.
 */
export function parseTableText(bytes: Uint8Array): TableText {
  const { text, encoding, warning } = decodeText(bytes);
  if (text.includes('\u0000')) {
    throw tableInvalid('The label table is not a text file.', { hint: 'Export the table as CSV or TSV first.' });
  }
  if (longestLine(text) > tableLimits.longestRow)
    throw tableInvalid('The label table has a line of more than 262,144 characters.');
  const dialect = detectDialect(text);
  const { delimiter } = dialect;
  const lines = cutLines(dialect.body, delimiter);
  const header = findHeader(lines);
  if ((lines[header]?.length ?? 0) > tableLimits.columns)
    throw tableInvalid(`The label table has more than ${tableLimits.columns} columns.`);
  const headed = headTable(lines, header);
  const warnings = [warning, dialect.warning].flatMap((one) => one ?? []);
  return { encoding, delimiter, lines, ...headed, warnings: [...warnings, ...headed.warnings] };
}

function cutLines(text: string, delimiter: string): string[][] {
  let lines: string[][];
  try {
    lines = parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      max_record_size: tableLimits.longestRow,
      to: tableLimits.rows + 2,
    });
  } catch (cause) {
    throw tableInvalid('The label table could not be read as CSV or TSV.', {
      cause,
      hint: `It was split at each ${delimiterName(delimiter)}. An unclosed quote (") can cause this. Its first line: “${plainText(text.slice(0, 80))}”`,
    });
  }
  if (lines.length > tableLimits.rows + 1) throw tableInvalid('The label table has more than a million rows.');
  return lines;
}

/**
 * Length of the longest line. Checked before parsing: a table without line ends would block the program for minutes.
 */
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
