import { isRounded, looseIdentifier, readIdentifier } from '#shared/identity/identifier';
import type { SplitName } from '#shared/models/dataset';
import type { KeyRole } from '#shared/models/label-table';
import { toYears } from './label-table-cell';
import type { TableCells } from './table-cells';
import type { TableEntry } from './table-entry';
import type { TableFindings } from './table-findings';
import { readSex } from './table-sex';

/** An entry under construction, with the values of all its rows so far. */
export interface TableDraft extends Pick<TableEntry, 'path' | 'key' | 'date' | 'line'> {
  readonly named: Set<string>;
  readonly labels: Set<string>;
  readonly readings: Map<string, string>;
  changedReadings: number;
  /** As written, by loose identifier. */
  readonly patients: Map<string, string>;
  patientAbove: boolean;
  patientNamed: boolean;
  study: string | null;
  site: string | null;
  split: SplitName | null;
  sex: string | null;
  age: number | null;
  rows: number;
}

/** Names of splits in tables, in lower case. */
const SPLITS: Readonly<Record<string, SplitName>> = {
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

export const emptyDraft = (place: Pick<TableEntry, 'path' | 'key' | 'date' | 'line'>): TableDraft => ({
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

/** Adds a row's facts about its images, except the label. Values of earlier rows take precedence. */
export function addFacts(draft: TableDraft, { cell, empty }: TableCells, by: KeyRole, found: TableFindings): void {
  draft.rows += 1;
  const patient = by === 'patient' ? null : cell('patient');
  if (patient !== null) draft.patients.set(looseIdentifier(patient), patient);
  if (by !== 'patient' && empty.has('patient')) draft.patientAbove = true;
  else if (patient !== null) draft.patientNamed = true;
  const study = by === 'study' ? null : cell('study');
  if (study !== null && isRounded(study)) found.roundedStudies += 1;
  else draft.study ??= study;
  draft.site ??= cell('site');
  const sex = readSex(cell('sex'));
  if (sex === null && readIdentifier(cell('sex')) !== null) found.sexes += 1;
  draft.sex ??= sex;
  const split = cell('split');
  if (split !== null && SPLITS[split.toLowerCase()] === undefined) found.unknownSplits.add(split);
  draft.split ??= SPLITS[split?.toLowerCase() ?? ''] ?? null;
  const age = cell('age');
  const years = toYears(age);
  if (age !== null && years === null) found.ages += 1;
  draft.age ??= years;
}

/** Adds a row's class as a label, or as a reading if the row names a reader. */
export function addLabel(draft: TableDraft, label: string | null, reader: string | null, found: TableFindings): void {
  if (label === null) {
    if (reader !== null) found.withoutLabel += 1;
    return;
  }
  draft.named.add(label);
  if (reader === null) {
    draft.labels.add(label);
    return;
  }
  const before = draft.readings.get(reader);
  if (before !== undefined && before !== label) draft.changedReadings += 1;
  draft.readings.set(reader, label);
}

/** Combines the rows of a draft. */
export function toEntry(draft: TableDraft): TableEntry {
  const { named, labels, readings, changedReadings: _, patients, patientAbove, patientNamed, ...rest } = draft;
  const [label] = labels;
  const [patient] = patients.values();
  return {
    ...rest,
    named: [...named],
    patient: patients.size === 1 ? (patient ?? null) : null,
    patientAbove: patientAbove && !patientNamed,
    label: labels.size === 1 ? (label ?? null) : null,
    readings: [...readings].map(([reader, reading]) => ({ reader, label: reading })),
  };
}
