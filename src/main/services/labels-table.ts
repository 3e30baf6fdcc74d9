import type { SplitPart } from '#shared/models/dataset';
import { type ColumnMapping, type ColumnRole, columnRoles, type UsedColumns } from '#shared/models/label-table';
import type { Spelling } from './class-names';
import { cellText, decodePercent, isNoLabel, pathText, toYears } from './label-table-cell';
import { findColumns, firstLines, headedAs, markedClass } from './label-table-columns';
import { tableInvalid } from './label-table-errors';
import type { TableText } from './label-table-text';
import { count } from './splits-warnings';

/** What one reader says of an image. */
export interface TableReading {
  readonly reader: string;
  readonly label: string;
}

/** What a table says of one image: all its rows together. Everything but the path may be missing. */
export interface TableEntry {
  readonly path: string;
  /** Of rows without a reader; null where they do not agree. */
  readonly label: string | null;
  /** One a reader, in the order of the table. */
  readonly readings: readonly TableReading[];
  readonly patient: string | null;
  readonly study: string | null;
  readonly site: string | null;
  readonly split: SplitPart | null;
  readonly sex: string | null;
  /** Years. */
  readonly age: number | null;
  /** Every class that its rows name, with or without a reader, also where they do not agree. */
  readonly named: readonly string[];
  /** How many rows it is made of. */
  readonly rows: number;
}

export interface LabelTable {
  readonly entries: readonly TableEntry[];
  /** Without those that have no path. */
  readonly rows: number;
  /** What of it is left out or doubtful, one sentence each, without values of a patient. */
  readonly problems: readonly string[];
  /** Which columns were read. */
  readonly columns: UsedColumns;
  /**
   * The entry of a file: by its relative path, or the longest end of it that the table names once, with or without the
   * extension; undefined where none or more than one fits.
   */
  find(relativePath: string): { readonly entry: TableEntry; readonly whole: boolean } | undefined;
  /** The same table with other names for its classes. */
  renamed(spelling: Spelling): LabelTable;
}

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

/** Cells are cut to these, in characters; what is hashed is not shown and may be longer. */
const LONGEST: Readonly<Record<ColumnRole, number>> = {
  path: 4096,
  label: 120,
  reader: 80,
  patient: 1024,
  study: 1024,
  site: 80,
  split: 40,
  sex: 16,
  age: 16,
};
const CHOOSE_COLUMNS =
  'Choose its columns (on the command line: --columns path=File,label=Diagnosis), or name them path, label, and if you have them reader, patient, study, site, split, sex, age.';
/** A column with more names than this is hardly the readers': it may be the patients', whose names are not to be kept. */
const MOST_READERS = 50;
const MANY_LABELS = 100;
/** Ends of a path that entries are found by. */
const DEEPEST = 12;

/** Reads a table by its columns. Throws `labels_invalid`: no path column, or nothing beside it. */
export function readLabelTable(
  given: TableText,
  mapping: ColumnMapping = {},
  spelling: Spelling = new Map(),
): LabelTable {
  const text = headedAs(given, mapping);
  const { of: columns, classes, notes, unclear } = findColumns(text, mapping);
  const seen = { hint: `${firstLines(text)} ${CHOOSE_COLUMNS}` };
  if (unclear !== null) throw unclear;
  if (columns.path < 0) throw tableInvalid('The label table has no column “path”.', seen);
  if (classes.length === 0 && columnRoles.every((role) => role === 'path' || columns[role] < 0)) {
    throw tableInvalid('The label table has no column beside the path that is used.', seen);
  }
  const drafts = new Map<string, Draft>();
  const unknownParts = new Set<string>();
  const found = { rows: 0, withoutPath: 0, ages: 0, withoutLabel: 0, unmarked: 0, severalMarks: 0, noLabel: 0 };
  const marked = (line: readonly string[]): string | null => {
    const { label, several } = markedClass(text, classes, line);
    if (several) found.severalMarks += 1;
    else if (label === null) found.unmarked += 1;
    return label;
  };
  const labelCell = (label: string | null): string | null => {
    if (label === null || !isNoLabel(label)) return label;
    found.noLabel += 1;
    return null;
  };
  for (const line of text.rows) {
    const cell = (role: ColumnRole): string | null => {
      const column = columns[role];
      if (column < 0) return null;
      const value = cellText(line[column]).slice(0, LONGEST[role]);
      return value === '' ? null : value;
    };
    const pathCell = cell('path');
    const path = pathCell === null ? null : pathText(pathCell);
    const key = path === null ? undefined : pathEnds(path)[0];
    if (path === null || key === undefined) {
      found.withoutPath += 1;
      continue;
    }
    found.rows += 1;
    const draft = drafts.get(key) ?? emptyDraft(path);
    drafts.set(key, draft);
    draft.rows += 1;
    draft.patient ??= cell('patient');
    draft.study ??= cell('study');
    draft.site ??= cell('site');
    draft.sex ??= cell('sex');
    const part = cell('split');
    if (part !== null && PARTS[part.toLowerCase()] === undefined) unknownParts.add(part);
    draft.split ??= PARTS[part?.toLowerCase() ?? ''] ?? null;
    const age = cell('age');
    const years = toYears(age);
    if (age !== null && years === null) found.ages += 1;
    draft.age ??= years;
    const reader = cell('reader');
    const written = classes.length === 0 ? labelCell(cell('label')) : marked(line);
    const label = written === null ? null : (spelling.get(written) ?? written);
    if (label !== null) draft.named.add(label);
    if (label === null) {
      if (reader !== null) found.withoutLabel += 1;
    } else if (reader === null) {
      draft.labels.add(label);
    } else {
      const before = draft.readings.get(reader);
      if (before !== undefined && before !== label) draft.changedReadings += 1;
      draft.readings.set(reader, label);
    }
  }
  const entries = [...drafts.values()].map(toEntry);
  const contradictory = [...drafts.values()].filter((draft) => draft.labels.size > 1).length;
  const twice = [...drafts.values()].reduce((sum, draft) => sum + draft.changedReadings, 0);
  const people = new Set([...drafts.values()].flatMap(({ readings }) => [...readings.keys()]));
  if (people.size > MOST_READERS) {
    throw tableInvalid(
      `The reader column has ${people.size} different names; up to ${MOST_READERS} readers can be kept.`,
      {
        hint: 'Choose the column that names the readers, or none.',
      },
    );
  }
  const named = new Set([...drafts.values()].flatMap(({ labels, readings }) => [...labels, ...readings.values()]));
  if (people.size > 0 && named.size > MANY_LABELS) {
    throw tableInvalid(`The readers name ${named.size} different labels; up to ${MANY_LABELS} can be compared.`, {
      hint: 'Choose the column that names the classes, or no reader column.',
    });
  }
  const problems: string[] = [...text.warnings, ...notes];
  if (named.size > MANY_LABELS) {
    problems.push(`The label column has ${named.size} different values: each becomes a class. Is it the right column?`);
  }
  if (found.withoutPath > 0) problems.push(`${count(found.withoutPath, 'row')} without a path: left out.`);
  if (contradictory > 0) {
    problems.push(
      `${count(contradictory, 'image')} with different labels in rows without a reader: these labels are left out. If they are of several readers, choose the reader column.`,
    );
  }
  if (twice > 0) {
    problems.push(`${count(twice, 'row')} where a reader says something else of an image again: the later row counts.`);
  }
  if (found.withoutLabel > 0) problems.push(`${count(found.withoutLabel, 'row')} with a reader and no label.`);
  if (found.noLabel > 0)
    problems.push(`${count(found.noLabel, 'row')} whose label is “NA”, “nan” or the like: read as no label.`);
  if (found.severalMarks > 0)
    problems.push(`${count(found.severalMarks, 'row')} with more than one class: no label is read from them.`);
  if (found.unmarked > 0) problems.push(`${count(found.unmarked, 'row')} with none of the classes.`);
  if (found.ages > 0)
    problems.push(`${count(found.ages, 'row')} whose age is not a number of years: the age is left out.`);
  if (unknownParts.size > 0) {
    const list = [...unknownParts].slice(0, 5).join('”, “');
    problems.push(`The table names parts that are not train, validation or test: “${list}”. They are left out.`);
  }
  const used = columnRoles.flatMap((role) => (columns[role] < 0 ? [] : [[role, text.headers[columns[role]]]]));
  return {
    entries,
    rows: found.rows,
    problems,
    columns: { headers: Object.fromEntries(used), classes: classes.map((column) => text.headers[column] ?? '') },
    find: finder(entries),
    renamed: (other) => readLabelTable(given, mapping, other),
  };
}

interface Draft {
  readonly path: string;
  readonly named: Set<string>;
  readonly labels: Set<string>;
  readonly readings: Map<string, string>;
  changedReadings: number;
  patient: string | null;
  study: string | null;
  site: string | null;
  split: SplitPart | null;
  sex: string | null;
  age: number | null;
  rows: number;
}

const emptyDraft = (path: string): Draft => ({
  path,
  named: new Set(),
  labels: new Set(),
  readings: new Map(),
  changedReadings: 0,
  patient: null,
  study: null,
  site: null,
  split: null,
  sex: null,
  age: null,
  rows: 0,
});

function toEntry({ named, labels, readings, changedReadings: _, ...rest }: Draft): TableEntry {
  const [label] = labels;
  return {
    ...rest,
    named: [...named],
    label: labels.size === 1 ? (label ?? null) : null,
    readings: [...readings].map(([reader, said]) => ({ reader, label: said })),
  };
}

function finder(entries: readonly TableEntry[]): LabelTable['find'] {
  /** null: more than one entry has this end. */
  const byEnd = new Map<string, TableEntry | null>();
  const byWholePath = new Map<string, TableEntry>();
  for (const entry of entries) {
    const ends = pathEnds(entry.path);
    if (ends[0] !== undefined) byWholePath.set(ends[0], entry);
    for (const end of ends) byEnd.set(end, byEnd.has(end) ? null : entry);
  }
  return (relativePath) => {
    for (const candidate of [relativePath, relativePath.replace(/\.[^./]+$/, '')]) {
      const ends = pathEnds(candidate);
      const whole = ends[0] === undefined ? undefined : byWholePath.get(ends[0]);
      if (whole !== undefined) return { entry: whole, whole: true };
      for (const end of ends) {
        const entry = byEnd.get(end);
        if (entry !== undefined && entry !== null) return { entry, whole: false };
      }
    }
    return undefined;
  };
}

/** "a/b%20b/c" → "a/b b/c", "b b/c", "c"; lower case, NFC, percent-decoded as are the files' own names. */
function pathEnds(path: string): string[] {
  const plain = decodePercent(path).normalize('NFC').toLowerCase();
  if (!plain.includes('/')) return plain === '' || plain === '.' ? [] : [plain];
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.');
  const kept = parts.slice(-DEEPEST);
  return kept.map((_, index) => kept.slice(index).join('/'));
}
