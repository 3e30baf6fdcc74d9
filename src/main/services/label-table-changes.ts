import type { TableChanges } from '#shared/models/label-table';
import { knownNumbers } from '../store/identity';
import { classesByName } from '../store/labels';
import type { ProjectStore } from '../store/open';
import { presentReadings, readers } from '../store/readings';
import { type ImageFacts, imageFacts } from '../store/table-facts';
import type { LabelTable, TableEntry, TableReading } from './labels-table';
import { matchTable, type TableMatch } from './match-table';

/** What a table would change of one image. Null and empty: nothing. */
export interface ImageChange {
  readonly before: ImageFacts;
  readonly label: string | null;
  /** A person gave the label that is there, or took it away. */
  readonly conflict: boolean;
  readonly readings: readonly TableReading[];
  readonly patient: string | null;
  /** As `studyNumber` takes it. */
  readonly study: string | null;
  readonly site: string | null;
  readonly sex: string | null;
  readonly age: number | null;
}

export interface PlannedTable {
  readonly match: TableMatch;
  readonly files: number;
  /** Only of images of which something changes. */
  readonly changes: readonly ImageChange[];
  readonly counts: TableChanges;
}

/** Labels of these sources are replaced without asking; all others are a person's. */
const IMPORTED = new Set(['folder', 'table']);

/** Holds a table against the images of a project. Writes nothing. */
export function planTable(store: ProjectStore, table: LabelTable): PlannedTable {
  const images = imageFacts(store);
  const match = matchTable(table, images);
  const classNames = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const said = readingsByImage(store, classNames);
  const lookUps = {
    patient: knownNumbers(store, 'patient'),
    study: knownNumbers(store, 'study'),
    site: knownNumbers(store, 'site'),
  };
  const known = (kind: keyof typeof lookUps, identifier: string) => lookUps[kind](identifier);
  let sameLabels = 0;
  let disagreements = 0;
  const changes = images.flatMap((before, index): ImageChange[] => {
    const entry = match.entries[index];
    if (entry === undefined) return [];
    const present = said.get(before.id);
    const { wanted, disagree } = resolveLabel(entry, present);
    if (disagree) disagreements += 1;
    const label = before.label === null ? null : (classNames.get(before.label) ?? null);
    const differs = wanted !== null && wanted !== label;
    if (wanted !== null && !differs) sameLabels += 1;
    const study = studyOf(entry);
    const change: ImageChange = {
      before,
      label: differs ? wanted : null,
      conflict: differs && before.labelSource !== null && !IMPORTED.has(before.labelSource),
      readings: entry.readings.filter((one) => present?.get(one.reader) !== one.label),
      patient: ifNew(entry.patient, entry.patient === null ? null : known('patient', entry.patient), before.patient),
      study: ifNew(study, study === null ? null : known('study', study), before.study),
      site: ifNew(entry.site, entry.site === null ? null : known('site', entry.site), before.site),
      sex: ifNew(entry.sex, entry.sex, before.sex),
      age: ifNew(entry.age, entry.age, before.age),
    };
    const { label: newLabel, readings, patient, site, sex, age } = change;
    const nothing = [newLabel, patient, change.study, site, sex, age].every((one) => one === null);
    return nothing && readings.length === 0 ? [] : [change];
  });
  const count = (of: (change: ImageChange) => boolean) => changes.filter(of).length;
  return {
    match,
    files: new Set(images.map((one) => one.file)).size,
    changes,
    counts: {
      newLabels: count((one) => one.label !== null && !one.conflict && one.before.label === null),
      changedLabels: count((one) => one.label !== null && !one.conflict && one.before.label !== null),
      sameLabels,
      conflicts: count((one) => one.conflict),
      readings: changes.reduce((sum, one) => sum + one.readings.length, 0),
      disagreements,
      patients: count((one) => one.patient !== null),
      studies: count((one) => one.study !== null),
      sites: count((one) => one.site !== null),
      subjects: count((one) => one.sex !== null || one.age !== null),
    },
  };
}

/** A table's study is a name within its patient; a DICOM study's UID stands for itself. */
export function studyOf(entry: Pick<TableEntry, 'patient' | 'study'>): string | null {
  return entry.study === null ? null : JSON.stringify([entry.patient, entry.study]);
}

/** The label of rows without a reader; else the class that all readings name, the stored and the table's. */
function resolveLabel(
  entry: TableEntry,
  present: ReadonlyMap<string, string> | undefined,
): { readonly wanted: string | null; readonly disagree: boolean } {
  if (entry.readings.length === 0) return { wanted: entry.label, disagree: false };
  const together = new Map(present);
  for (const { reader, label } of entry.readings) together.set(reader, label);
  const named = [...new Set(together.values())];
  return { wanted: entry.label ?? (named.length === 1 ? (named[0] ?? null) : null), disagree: named.length > 1 };
}

function readingsByImage(store: ProjectStore, classNames: ReadonlyMap<number, string>) {
  const names = new Map(readers(store).map(({ id, name }) => [id, name]));
  const byImage = new Map<number, Map<string, string>>();
  for (const { image, reader, classId } of presentReadings(store)) {
    const of = byImage.get(image) ?? new Map<string, string>();
    byImage.set(image, of);
    of.set(names.get(reader) ?? '', classNames.get(classId) ?? '');
  }
  return byImage;
}

/** What the table says, where it says something that is not there yet. */
function ifNew<Said>(said: Said | null, number: Said | number | null, present: Said | number | null): Said | null {
  return said !== null && (number === null || number !== present) ? said : null;
}
