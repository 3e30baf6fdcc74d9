import type { SplitPart } from '#shared/models/dataset';
import { type ColumnMapping, type ColumnRole, columnRoles } from '#shared/models/label-table';
import { plainText, type TableText, tableInvalid } from './label-table-text';
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
  /** How many rows it is made of. */
  readonly rows: number;
}

export interface LabelTable {
  readonly entries: readonly TableEntry[];
  /** Without those that have no path. */
  readonly rows: number;
  /** What of it is left out or doubtful, one sentence each, without values of a patient. */
  readonly problems: readonly string[];
  /**
   * The entry of a file: by its relative path, or the longest end of it that the table names once, with or without the
   * extension; undefined where none or more than one fits.
   */
  find(relativePath: string): { readonly entry: TableEntry; readonly whole: boolean } | undefined;
}

/** Usual header names, in lower case without spaces, hyphens and underscores. */
const USUAL_NAMES: Readonly<Record<ColumnRole, readonly string[]>> = {
  path: ['path', 'file', 'filename', 'filepath', 'image', 'imagepath', 'imagefile', 'imagename'],
  label: ['label', 'class', 'diagnosis'],
  reader: ['reader', 'rater', 'annotator', 'observer', 'radiologist', 'readerid'],
  patient: ['patient', 'patientid', 'subject', 'subjectid'],
  study: ['study', 'studyid', 'studyinstanceuid'],
  site: ['site', 'institution', 'hospital', 'centre', 'center', 'institutionname'],
  split: ['split', 'set', 'part', 'partition'],
  sex: ['sex', 'gender', 'patientsex'],
  age: ['age', 'patientage'],
};

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
/** A column with more names than this is hardly the readers': it may be the patients', whose names are not to be kept. */
const MOST_READERS = 50;
const MANY_LABELS = 100;
/** Ends of a path that entries are found by. */
const DEEPEST = 12;

/**
 * The column of each role, -1 for none: as given, else by its usual names among the headers that are not given away.
 * Throws `labels_invalid` where a header that is named does not exist.
 */
export function findColumns(headers: readonly string[], mapping: ColumnMapping): Record<ColumnRole, number> {
  const simple = headers.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const columns = {} as Record<ColumnRole, number>;
  for (const role of columnRoles) {
    const name = mapping[role];
    if (name === undefined || name === null) continue;
    const exact = headers.indexOf(name);
    const at = exact >= 0 ? exact : headers.findIndex((one) => one.toLowerCase() === name.toLowerCase());
    if (at < 0) {
      throw tableInvalid(`The label table has no column “${plainText(name).slice(0, 80)}” for ${role}.`, {
        hint: `Its columns are: ${headers.slice(0, 12).join(', ')}${headers.length > 12 ? ', …' : ''}.`,
      });
    }
    columns[role] = at;
  }
  const given = new Set(Object.values(columns));
  for (const role of columnRoles) {
    if (columns[role] !== undefined) continue;
    columns[role] =
      mapping[role] === null
        ? -1
        : simple.findIndex((name, index) => !given.has(index) && USUAL_NAMES[role].includes(name));
  }
  return columns;
}

/** Reads a table by its columns. Throws `labels_invalid`: no path column, or nothing beside it. */
export function readLabelTable(text: TableText, mapping: ColumnMapping = {}): LabelTable {
  const columns = findColumns(text.headers, mapping);
  if (columns.path < 0) throw tableInvalid('The label table has no column “path”.');
  if (columnRoles.every((role) => role === 'path' || columns[role] < 0)) {
    throw tableInvalid('The label table has no column beside the path that is used.');
  }
  const drafts = new Map<string, Draft>();
  const unknownParts = new Set<string>();
  const found = { rows: 0, withoutPath: 0, ages: 0, withoutLabel: 0 };
  for (const line of text.rows) {
    const cell = (role: ColumnRole): string | null => {
      const column = columns[role];
      if (column < 0) return null;
      const value = plainText(line[column] ?? '').slice(0, LONGEST[role]);
      return value === '' ? null : value;
    };
    const path = cell('path')?.replaceAll('\\', '/') ?? null;
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
    const [label, reader] = [cell('label'), cell('reader')];
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
  const problems: string[] = [...text.warnings];
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
  if (found.ages > 0)
    problems.push(`${count(found.ages, 'row')} whose age is not a number of years: the age is left out.`);
  if (unknownParts.size > 0) {
    const list = [...unknownParts].slice(0, 5).join('”, “');
    problems.push(`The table names parts that are not train, validation or test: “${list}”. They are left out.`);
  }
  return { entries, rows: found.rows, problems, find: finder(entries) };
}

interface Draft {
  readonly path: string;
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

function toEntry({ labels, readings, changedReadings: _, ...rest }: Draft): TableEntry {
  const [label] = labels;
  return {
    ...rest,
    label: labels.size === 1 ? (label ?? null) : null,
    readings: [...readings].map(([reader, said]) => ({ reader, label: said })),
  };
}

/** "57", "57.5" and DICOM's "057Y"; null for anything else. */
function toYears(text: string | null): number | null {
  const years = Number(/^0*(\d{1,3}(?:\.\d+)?)y?$/i.exec(text ?? '')?.[1] ?? Number.NaN);
  return Number.isFinite(years) ? years : null;
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

/** "a/b/c" → "a/b/c", "b/c", "c"; lower case, NFC. */
function pathEnds(path: string): string[] {
  // As in tables: a backslash separates. So does that of a byte which is no text, on both sides.
  const plain = path.normalize('NFC').replaceAll('\\', '/').toLowerCase();
  if (!plain.includes('/')) return plain === '' || plain === '.' ? [] : [plain];
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.');
  const kept = parts.slice(-DEEPEST);
  return kept.map((_, index) => kept.slice(index).join('/'));
}
