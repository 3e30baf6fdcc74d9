import { parse } from 'csv-parse/sync';
import { FoveaError } from '#shared/ipc/errors';
import type { SplitPart } from '#shared/models/dataset';

/** One row of a table that comes with images. Everything but the path may be missing. */
export interface LabelRow {
  readonly path: string;
  readonly label: string | null;
  readonly patient: string | null;
  readonly study: string | null;
  readonly split: SplitPart | null;
  readonly sex: string | null;
  /** Years. */
  readonly age: number | null;
}

export interface LabelTable {
  readonly rows: readonly LabelRow[];
  readonly warnings: readonly string[];
  /**
   * The row of a file: by its relative path, or the longest end of it that the table names once, with or without the
   * extension; undefined where no row or more than one fits.
   */
  find(relativePath: string): LabelRow | undefined;
}

type Column = keyof LabelRow;

/** Header names, in lower case without spaces and underscores. */
const COLUMNS: Readonly<Record<Column, readonly string[]>> = {
  path: ['path', 'file', 'filename', 'filepath', 'image', 'imagepath'],
  label: ['label', 'class', 'diagnosis'],
  patient: ['patient', 'patientid', 'subject', 'subjectid'],
  study: ['study', 'studyid', 'studyinstanceuid'],
  split: ['split', 'set', 'part', 'partition'],
  sex: ['sex', 'gender', 'patientsex'],
  age: ['age', 'patientage'],
};

/** As the columns of a line are kept. */
const ORDER = Object.keys(COLUMNS) as Column[];

const PARTS: Readonly<Record<string, SplitPart>> = {
  __proto__: null as never,
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ROWS = 1_000_000;
/** Characters of one line: a table without line ends would fill the memory, and take minutes. */
const LONGEST_LINE = 64 * 1024;
const MOST_COLUMNS = 1000;
const LONGEST_LABEL = 120;
/** Of a path, characters: no system has longer ones. */
const LONGEST_PATH = 4096;
/** Ends of a path that rows are found by. */
const DEEPEST = 12;

const invalid = (message: string, cause?: unknown) =>
  new FoveaError('labels_invalid', message, {
    hint: 'The first line names the columns: path, label, and if you have them patient, split, study, sex, age.',
    cause,
  });

/** Reads a CSV or TSV (comma, semicolon or tab; UTF-8). Throws `labels_invalid`. */
export function parseLabelTable(text: string): LabelTable {
  if (text.length > MOST_BYTES) throw invalid('The label table is larger than 64 MB.');
  const header = text.slice(0, LONGEST_LINE).split(/[\r\n]/, 1)[0] ?? '';
  if (longestLine(text) > LONGEST_LINE) throw invalid('The label table has a line of more than 65,536 characters.');
  const separators = ['\t', ';', ','];
  const delimiter = separators.reduce((a, b) => (header.split(b).length > header.split(a).length ? b : a), ',');
  /** Where each of our columns is, from the first line. */
  let positions: Readonly<Record<Column, number>> | null = null;
  /** Of each line only what is ours is kept. */
  const kept = (line: readonly string[]): string[] | null => {
    if (positions === null) {
      positions = columnPositions(line);
      return null;
    }
    const own = positions;
    return ORDER.map((column) => line[own[column]] ?? '');
  };
  let lines: string[][];
  try {
    lines = parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      to: MOST_ROWS + 1,
      max_record_size: LONGEST_LINE,
      on_record: kept,
    });
  } catch (cause) {
    if (cause instanceof FoveaError) throw cause;
    throw invalid('The label table could not be read as CSV or TSV.', cause);
  }
  if (positions === null) columnPositions([]);

  const warnings: string[] = [];
  const unknownParts = new Set<string>();
  const rows = lines.flatMap((line): LabelRow[] => {
    const cell = (column: Column): string | null => {
      const value = line[ORDER.indexOf(column)]?.normalize('NFC').trim() ?? '';
      return value === '' ? null : value;
    };
    const path = cell('path');
    if (path === null || path.length > LONGEST_PATH) return [];
    const split = cell('split');
    const part = split === null ? null : (PARTS[split.toLowerCase()] ?? null);
    if (split !== null && part === null) unknownParts.add(split.slice(0, 40));
    const age = Number(/^0*(\d{1,3}(?:\.\d+)?)y?$/i.exec(cell('age') ?? '')?.[1] ?? Number.NaN);
    return [
      {
        path: path.replaceAll('\\', '/'),
        label: toLabel(cell('label')),
        patient: cell('patient'),
        study: cell('study'),
        split: part,
        sex: cell('sex')?.slice(0, 16) ?? null,
        age: Number.isFinite(age) ? age : null,
      },
    ];
  });
  if (unknownParts.size > 0) {
    const list = [...unknownParts].slice(0, 5).join('”, “');
    warnings.push(`The table names parts that are not train, validation or test: “${list}”. They are left out.`);
  }
  return { rows, warnings, find: finder(rows) };
}

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

/** By the names in the first line; -1 where a column is not there. */
function columnPositions(header: readonly string[]): Record<Column, number> {
  const names = header.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const position = (column: Column): number => names.findIndex((name) => COLUMNS[column].includes(name));
  const positions = Object.fromEntries(ORDER.map((column) => [column, position(column)])) as Record<Column, number>;
  if (positions.path < 0) throw invalid('The label table has no column “path”.');
  if (names.length < 2) throw invalid('The label table has a single column.');
  if (names.length > MOST_COLUMNS) throw invalid(`The label table has more than ${MOST_COLUMNS} columns.`);
  return positions;
}

/** Control characters become spaces: a name must be seen whole, and a NUL ends a text for some programs. */
function toLabel(cell: string | null): string | null {
  const label =
    cell
      ?.replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, LONGEST_LABEL) ?? '';
  return label === '' ? null : label;
}

function finder(rows: readonly LabelRow[]): (relativePath: string) => LabelRow | undefined {
  /** null: more than one row has this end. */
  const byEnd = new Map<string, LabelRow | null>();
  const byWholePath = new Map<string, LabelRow>();
  for (const row of rows) {
    const ends = pathEnds(row.path);
    if (ends[0] !== undefined) byWholePath.set(ends[0], row);
    for (const end of ends) byEnd.set(end, byEnd.has(end) ? null : row);
  }
  return (relativePath) => {
    for (const candidate of [relativePath, relativePath.replace(/\.[^./]+$/, '')]) {
      const ends = pathEnds(candidate);
      const whole = ends[0] === undefined ? undefined : byWholePath.get(ends[0]);
      if (whole !== undefined) return whole;
      for (const end of ends) {
        const row = byEnd.get(end);
        if (row !== undefined && row !== null) return row;
      }
    }
    return undefined;
  };
}

/** "a/b/c" → "a/b/c", "b/c", "c"; lower case, NFC. */
function pathEnds(path: string): string[] {
  const parts = path
    .normalize('NFC')
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const kept = parts.slice(-DEEPEST);
  return kept.map((_, index) => kept.slice(index).join('/'));
}
