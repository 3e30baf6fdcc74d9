import { isRounded, looseIdentifier, readIdentifier } from '#shared/identity/identifier';
import type { SplitPart } from '#shared/models/dataset';
import {
  type ColumnMapping,
  type ColumnRole,
  columnRoles,
  type KeyRole,
  keyRoles,
  type TableAnswers,
  type UsedColumns,
} from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { Spelling } from './class-names';
import { cellText, isNoLabel, pathText, toYears } from './label-table-cell';
import { findColumns, firstLines, headedAs, markedClass } from './label-table-columns';
import { tableInvalid } from './label-table-errors';
import type { TableText } from './label-table-text';
import { indexPaths, type PathMatch, pathParts } from './path-index';
import { dayReader } from './table-days';

/** What one reader says of an image. */
export interface TableReading {
  readonly reader: string;
  readonly label: string;
}

/**
 * What a table says of one image, or of the images that one identifier names: all its rows together. Everything but
 * the path or the key may be missing.
 */
export interface TableEntry {
  /** Empty where the table has no paths. */
  readonly path: string;
  /** What names its images where the table has no paths, as it is written in its first row; see `LabelTable.by`. */
  readonly key: string;
  /** The day of the study, YYYYMMDD, in a table by patient that has dates. */
  readonly date: string | null;
  /** Line of its first row in the table, where the headers are line 1. */
  readonly line: number;
  /** Of rows without a reader; null where they do not agree. */
  readonly label: string | null;
  /** One a reader, in the order of the table. */
  readonly readings: readonly TableReading[];
  readonly patient: string | null;
  /** Its patient is empty, and a row above has one: a merged cell may go on here. */
  readonly patientAbove: boolean;
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
  /** What its rows are held against the files by. */
  readonly by: KeyRole;
  /** Rows whose key is empty under a row that has one: a merged cell may go on there. */
  readonly keysAbove: number;
  readonly entries: readonly TableEntry[];
  /** Without those that have no path. */
  readonly rows: number;
  /** What of it is left out or doubtful, one sentence each, without values of a patient. */
  readonly problems: readonly string[];
  /** Which columns were read. */
  readonly columns: UsedColumns;
  /** The entry of a file in a table by path: see `PathIndex.find`. */
  find(relativePath: string, root?: string): PathMatch<TableEntry> | undefined;
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
  accession: 1024,
  series: 128,
  instance: 128,
  date: 40,
};
/** Cells of these name somebody or something, so that a word for “not known” names nothing. */
const IDENTIFIERS: ReadonlySet<ColumnRole> = new Set(['patient', 'study', 'site', 'accession', 'series', 'instance']);
/** Identifiers that a spreadsheet may have merged over several rows. */
const MERGED: readonly ColumnRole[] = ['patient', 'study', 'accession', 'series'];

const CHOOSE_COLUMNS =
  'Choose its columns (on the command line: --columns path=File,label=Diagnosis), or name them: path (or an accession number, a UID or the patient), label, and if you have them reader, patient, study, site, split, sex, age.';
/** A column with more names than this is hardly the readers': it may be the patients', whose names are not to be kept. */
const MOST_READERS = 50;
const MANY_LABELS = 100;

/** The column that rows are held against files by; null where there is none. */
const keyOf = (columns: Readonly<Record<ColumnRole, number>>): KeyRole | null =>
  keyRoles.find((role) => columns[role] >= 0) ?? null;

/**
 * Reads a table by its columns. Throws `labels_invalid`: no column that says which images a row is for, or nothing
 * beside it.
 */
export function readLabelTable(
  given: TableText,
  mapping: ColumnMapping = {},
  answers: TableAnswers = {},
  spelling: Spelling = new Map(),
): LabelTable {
  const text = headedAs(given, mapping);
  const { of: columns, classes, notes, unclear } = findColumns(text, mapping);
  const seen = { hint: `${firstLines(text)} ${CHOOSE_COLUMNS}` };
  if (unclear !== null) throw unclear;
  const by = keyOf(columns);
  const used = columnRoles.filter((role) => columns[role] >= 0 && role !== by && role !== 'date');
  const isEmpty = classes.length === 0 && used.length === 0;
  if (by === null || (isEmpty && by !== 'path')) {
    throw tableInvalid(
      ['The label table has no column “path”, and none that names its images in another way.', ...notes].join(' '),
      seen,
    );
  }
  if (isEmpty) {
    throw tableInvalid(['The label table has no column beside the path that is used.', ...notes].join(' '), seen);
  }
  const drafts = new Map<string, Draft>();
  const unknownParts = new Set<string>();
  const found = {
    rows: 0,
    withoutPath: 0,
    keysAbove: 0,
    roundedKeys: 0,
    ages: 0,
    dates: 0,
    withoutLabel: 0,
    unmarked: 0,
    severalMarks: 0,
    oddMarks: 0,
    noLabel: 0,
  };
  const marked = (line: readonly string[]): string | null => {
    const { label, several, odd } = markedClass(text, classes, line);
    if (odd) found.oddMarks += 1;
    else if (several) found.severalMarks += 1;
    else if (label === null) found.unmarked += 1;
    return label;
  };
  const labelCell = (label: string | null): string | null => {
    if (label === null || !isNoLabel(label)) return label;
    found.noLabel += 1;
    return null;
  };
  const readDay = dayReader(
    columns.date < 0 || by !== 'patient' ? [] : text.rows.map((row) => cellText(row[columns.date])),
  );
  const linesAbove = text.lines.length - text.rows.length;
  /** The last value of each column that may be merged; none below a word for “missing”. */
  const above = new Map<ColumnRole, string>();
  for (const [index, line] of text.rows.entries()) {
    const written = (role: ColumnRole): string => cellText(line[columns[role]]).slice(0, LONGEST[role]);
    const empty = new Set<ColumnRole>();
    for (const role of MERGED) {
      if (columns[role] < 0) continue;
      if (written(role) === '') {
        if (above.has(role)) empty.add(role);
      } else if (IDENTIFIERS.has(role) && readIdentifier(written(role)) === null) above.delete(role);
      else above.set(role, written(role));
    }
    const cell = (role: ColumnRole): string | null => {
      if (columns[role] < 0) return null;
      const value = empty.has(role) && answers['empty-ids'] === 'fill' ? (above.get(role) ?? '') : written(role);
      return IDENTIFIERS.has(role) ? readIdentifier(value) : value === '' ? null : value;
    };
    const name = cell(by);
    const date = readDay(cell('date'));
    const key = name === null ? undefined : keyText(by, name, date);
    if (empty.has(by)) found.keysAbove += 1;
    if (name === null || key === undefined || key === '') {
      found.withoutPath += 1;
      continue;
    }
    if (by === 'patient' && columns.date >= 0 && date === null) {
      found.dates += 1;
      continue;
    }
    if (by !== 'path' && isRounded(name)) {
      found.roundedKeys += 1;
      continue;
    }
    const path = by === 'path' ? pathText(name) : '';
    found.rows += 1;
    const draft =
      drafts.get(key) ?? emptyDraft({ path, key: path === '' ? name : '', date, line: linesAbove + index + 1 });
    drafts.set(key, draft);
    draft.rows += 1;
    const patient = by === 'patient' ? null : cell('patient');
    if (patient !== null) draft.patients.set(looseIdentifier(patient), patient);
    if (by !== 'patient' && empty.has('patient')) draft.patientAbove = true;
    else if (patient !== null) draft.patientNamed = true;
    draft.study ??= by === 'study' ? null : cell('study');
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
    const said = classes.length === 0 ? labelCell(cell('label')) : marked(line);
    const label = said === null ? null : (spelling.get(said) ?? said);
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
  const severalPatients = [...drafts.values()].filter((draft) => draft.patients.size > 1).length;
  const problems: string[] = [...text.warnings, ...notes];
  if (named.size > MANY_LABELS) {
    problems.push(`The label column has ${named.size} different values: each becomes a class. Is it the right column?`);
  }
  if (found.withoutPath > 0)
    problems.push(`${formatQuantity(found.withoutPath, 'row')} without ${keyNames[by]}: left out.`);
  if (found.dates > 0) {
    problems.push(
      `${formatQuantity(found.dates, 'row')} whose date is none, or could be two days (as 3/4/2020 can): left out. Write 2020-04-03.`,
    );
  }
  if (found.roundedKeys > 0) {
    problems.push(
      `${formatQuantity(found.roundedKeys, 'row')} whose ${keyNames[by].replace(/^an? /, '')} lost digits (such as 1.23E+06): left out. Format the column as text and save the table again.`,
    );
  }
  if (severalPatients > 0) {
    problems.push(
      `${formatQuantity(severalPatients, 'image')} with different patients in several rows: no patient is taken.`,
    );
  }
  if (contradictory > 0) {
    problems.push(
      `${formatQuantity(contradictory, 'image')} with different labels in rows without a reader: these labels are left out. If they are of several readers, choose the reader column.`,
    );
  }
  if (twice > 0) {
    problems.push(
      `${formatQuantity(twice, 'row')} where a reader says something else of an image again: the later row counts.`,
    );
  }
  if (found.withoutLabel > 0) problems.push(`${formatQuantity(found.withoutLabel, 'row')} with a reader and no label.`);
  if (found.noLabel > 0)
    problems.push(`${formatQuantity(found.noLabel, 'row')} whose label is “NA”, “nan” or the like: read as no label.`);
  if (found.oddMarks > 0) {
    problems.push(
      `${formatQuantity(found.oddMarks, 'row')} with something other than yes or no in a class column: no label is read from ${found.oddMarks === 1 ? 'it' : 'them'}.`,
    );
  }
  if (found.severalMarks > 0)
    problems.push(`${formatQuantity(found.severalMarks, 'row')} with more than one class: no label is read from them.`);
  if (found.unmarked > 0) problems.push(`${formatQuantity(found.unmarked, 'row')} with none of the classes.`);
  if (found.ages > 0)
    problems.push(`${formatQuantity(found.ages, 'row')} whose age is not a number of years: the age is left out.`);
  if (unknownParts.size > 0) {
    const list = [...unknownParts].slice(0, 5).join('”, “');
    problems.push(`The table names parts that are not train, validation or test: “${list}”. They are left out.`);
  }
  const paths = by === 'path' ? indexPaths(entries) : null;
  const read = columnRoles.flatMap((role) => (columns[role] < 0 ? [] : [[role, text.headers[columns[role]]]]));
  return {
    by,
    keysAbove: found.keysAbove,
    entries,
    rows: found.rows,
    problems,
    columns: { headers: Object.fromEntries(read), classes: classes.map((column) => text.headers[column] ?? '') },
    find: (path, root) => paths?.find(path, root),
    renamed: (other) => readLabelTable(given, mapping, answers, other),
  };
}

/** What a row is for, in sentences. */
export const keyNames: Readonly<Record<KeyRole, string>> = {
  path: 'a path',
  instance: 'a SOP Instance UID',
  series: 'a series UID',
  study: 'a study UID',
  accession: 'an accession number',
  patient: 'a patient',
};

/** Rows with equal texts are taken together. */
function keyText(by: KeyRole, name: string, date: string | null): string {
  if (by === 'path') return pathParts(name).join('/');
  return `${by === 'accession' || by === 'patient' ? looseIdentifier(name) : name} ${date ?? ''}`;
}

interface Draft extends Pick<TableEntry, 'path' | 'key' | 'date' | 'line'> {
  readonly named: Set<string>;
  readonly labels: Set<string>;
  readonly readings: Map<string, string>;
  changedReadings: number;
  /** By what they are compared as. */
  readonly patients: Map<string, string>;
  patientAbove: boolean;
  patientNamed: boolean;
  study: string | null;
  site: string | null;
  split: SplitPart | null;
  sex: string | null;
  age: number | null;
  rows: number;
}

const emptyDraft = (place: Pick<TableEntry, 'path' | 'key' | 'date' | 'line'>): Draft => ({
  ...place,
  named: new Set(),
  labels: new Set(),
  readings: new Map(),
  changedReadings: 0,
  patients: new Map(),
  patientAbove: false,
  patientNamed: false,
  study: null,
  site: null,
  split: null,
  sex: null,
  age: null,
  rows: 0,
});

function toEntry(draft: Draft): TableEntry {
  const { named, labels, readings, changedReadings: _, patients, patientAbove, patientNamed, ...rest } = draft;
  const [label] = labels;
  const [patient] = patients.values();
  return {
    ...rest,
    named: [...named],
    patient: patients.size === 1 ? (patient ?? null) : null,
    patientAbove: patientAbove && !patientNamed,
    label: labels.size === 1 ? (label ?? null) : null,
    readings: [...readings].map(([reader, said]) => ({ reader, label: said })),
  };
}
