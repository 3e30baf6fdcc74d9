import { isRounded, looseIdentifier } from '#shared/identity/identifier';
import type { PatientChanges, TableAnswers, TableChanges, TableQuestion } from '#shared/models/label-table';
import { allFileKeys, type FileKeys } from '../../store/identities';
import {
  knownNumbers,
  namedSites,
  type PatientIndex,
  type PatientRef,
  patientIndex,
  patientRef,
} from '../../store/identity';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { presentReadings, readers } from '../../store/readings';
import { type ImageFacts, imageFacts } from '../../store/table-facts';
import { matchTable, type TableMatch } from './match-table';
import type { LabelTable } from './read-label-table';
import {
  type ClaimedPatient,
  emptyQuestion,
  type PatientAlias,
  type PatientClaim,
  resolvePatients,
} from './resolve-patients';
import { resolveSites, type SiteClaim } from './site-changes';
import type { TableEntry, TableReading } from './table-entry';
import { contradictsSex, keptSexes } from './table-sex';

/** The changes that a table would make to one image; null or empty where it changes nothing. */
export interface ImageChange {
  readonly before: ImageFacts;
  readonly label: string | null;
  /** The present label was set or removed by a person. */
  readonly conflict: boolean;
  readonly readings: readonly TableReading[];
  readonly patient: PatientRef | null;
  /** Key for `studyNumber`. */
  readonly study: string | null;
  readonly site: string | null;
  readonly sex: string | null;
  readonly age: number | null;
}

export interface PlannedTable {
  readonly match: TableMatch;
  readonly files: number;
  /** Only images with a change. */
  readonly changes: readonly ImageChange[];
  readonly counts: TableChanges;
  /** Null if the table does not mention patients. */
  readonly patients: PatientChanges | null;
  readonly aliases: readonly PatientAlias[];
  readonly questions: readonly TableQuestion[];
  readonly problems: readonly string[];
}

/** Labels from these sources are replaced without a conflict; all others were set by a person. */
const IMPORTED = new Set(['folder', 'table']);

/** Compares a table with the images of a project. Writes nothing. */
export function planTable(store: ProjectStore, table: LabelTable, answers: TableAnswers = {}): PlannedTable {
  const images = imageFacts(store);
  const keys = allFileKeys(store);
  const keysOf = ({ hash }: ImageFacts): FileKeys | null => keys.get(hash) ?? null;
  const match = matchTable(
    table,
    images.map((image) => ({
      path: image.path,
      root: rootOf(image),
      file: image.file,
      keys: keysOf(image),
    })),
    store,
  );
  const book = patientIndex(store);
  const readClaim = createClaimReader(store, 'table');
  const claims = images.map((image, index): PatientClaim => {
    const entry = match.entries[index];
    const own = keysOf(image)?.patient ?? null;
    return {
      present: presentOf(book, image),
      ownNames: own === null ? [] : [own],
      claimed: readClaim(entry?.patient ?? null),
      patientAbove: entry?.patientAbove === true,
    };
  });
  const resolved = resolvePatients(claims, book, answers);
  const classNames = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const storedReadings = readingsByImage(store, classNames);
  const lookUps = { study: knownNumbers(store, 'study'), site: siteNumbers(store) };
  const known = (kind: keyof typeof lookUps, identifier: string) => lookUps[kind](identifier);
  const sites = resolveSites(
    images.map(({ site }, index): SiteClaim => {
      const claimed = match.entries[index]?.site ?? null;
      const number = claimed === null ? null : known('site', claimed);
      return {
        present: site === null ? null : String(site),
        claimed: number === null ? claimed && `named ${looseIdentifier(claimed)}` : String(number),
      };
    }),
    answers,
  );
  let sameLabels = 0;
  let disagreements = 0;
  let ownSexes = 0;
  const changes = images.flatMap((before, index): ImageChange[] => {
    const entry = match.entries[index];
    const patient = resolved.patients[index] ?? null;
    const other = patient !== null && patient.key !== claims[index]?.present?.key ? patient : null;
    if (entry === undefined) {
      return other === null ? [] : [{ ...nothing(before), patient: other }];
    }
    const present = storedReadings.get(before.id);
    const { wanted, disagree } = resolveLabel(entry, present);
    if (disagree) disagreements += 1;
    const label = before.label === null ? null : (classNames.get(before.label) ?? null);
    const differs = wanted !== null && wanted !== label;
    if (wanted !== null && !differs) sameLabels += 1;
    const study = studyOf(entry, keysOf(before));
    const site = sites.isAccepted[index] === true ? entry.site : null;
    const keepsSex = contradictsSex(entry.sex, ownSex(before, keysOf(before)));
    if (keepsSex) ownSexes += 1;
    const change: ImageChange = {
      before,
      label: differs ? wanted : null,
      conflict: differs && before.labelSource !== null && !IMPORTED.has(before.labelSource),
      readings: entry.readings.filter((one) => present?.get(one.reader) !== one.label),
      patient: other,
      study: ifNew(study, study === null ? null : known('study', study), before.study),
      site: ifNew(site, site === null ? null : known('site', site), before.site),
      sex: keepsSex ? null : ifNew(entry.sex, entry.sex, before.sex),
      age: ifNew(entry.age, entry.age, before.age),
    };
    const { label: newLabel, readings, sex, age } = change;
    const isEmpty = [newLabel, other, change.study, change.site, sex, age].every((one) => one === null);
    return isEmpty && readings.length === 0 ? [] : [change];
  });
  const count = (of: (change: ImageChange) => boolean) => changes.filter(of).length;
  const mentionsPatients = match.entries.some(
    (entry) => entry !== undefined && (entry.patient !== null || entry.patientAbove),
  );
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
    patients: mentionsPatients ? resolved.changes : null,
    aliases: resolved.aliases,
    questions: tableQuestionsOf(table, [...resolved.questions, ...sites.questions]),
    problems: [...match.problems, ...resolved.problems, ...keptSexes(ownSexes, 'image')],
  };
}

const nothing = (before: ImageFacts): ImageChange => ({
  before,
  label: null,
  conflict: false,
  readings: [],
  patient: null,
  study: null,
  site: null,
  sex: null,
  age: null,
});

/** Adds the question about the table's own rows to those about patients and sites; at most one per name. */
export function tableQuestionsOf(table: LabelTable, questions: readonly TableQuestion[]): readonly TableQuestion[] {
  if (table.keysAbove === 0) return questions;
  return [...questions.filter(({ name }) => name !== 'empty-ids'), emptyQuestion(table.keysAbove, 'key')];
}

/**
 * The folder that an image's path is relative to; empty for copies in the project, whose original folder is unknown.
 */
const rootOf = ({ root }: ImageFacts): string => (root.startsWith('project:') ? '' : root);

const presentOf = (book: PatientIndex, { patient }: ImageFacts): PatientRef | null =>
  patient === null ? null : book.numbered(patient);

/** The sex that a DICOM file gives; null if it gives none. One that names a patient without a sex got it from a table. */
const ownSex = ({ sex }: ImageFacts, keys: FileKeys | null): string | null =>
  keys === null || (keys.patient !== null && keys.sex === null) ? null : sex;

/** Returns a function that turns identifiers of a table or pattern into claims; each identifier is hashed once. */
export function createClaimReader(
  store: ProjectStore,
  origin: 'table' | 'pattern',
): (identifier: string | null) => ClaimedPatient | null {
  const known = new Map<string, ClaimedPatient>();
  return (identifier) => {
    if (identifier === null) return null;
    const claimed = known.get(identifier) ?? {
      ...patientRef(store, identifier, origin),
      rounded: isRounded(identifier),
    };
    known.set(identifier, claimed);
    return claimed;
  };
}

/**
 * The key of an entry's study, which is unique only within its patient. Null if the table names no study or the file
 * has a study UID, which takes precedence: a table can neither split nor merge DICOM studies.
 */
export function studyOf(
  { patient, study }: Pick<TableEntry, 'patient' | 'study'>,
  keys: FileKeys | null,
): string | null {
  if (study === null || (keys !== null && keys.study !== null)) return null;
  return JSON.stringify([patient === null ? null : looseIdentifier(patient), looseIdentifier(study)]);
}

/** Looks up sites by a table's name for them; a name that differs only in spelling from a known one matches it. */
function siteNumbers(store: ProjectStore): (name: string) => number | null {
  const exact = knownNumbers(store, 'site');
  const names = namedSites(store);
  return (name) => names.get(looseIdentifier(name)) ?? exact(name);
}

/** The label of rows without a reader; else the class on which all readings agree, stored and new. */
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

/** The table's value if it differs from the present one; else null. `number`: its id in the store, if it has one. */
function ifNew<Value>(
  value: Value | null,
  number: Value | number | null,
  present: Value | number | null,
): Value | null {
  return value !== null && (number === null || number !== present) ? value : null;
}
