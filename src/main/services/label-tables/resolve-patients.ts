import type { PatientChanges, TableAnswers, TableQuestion } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { PatientIndex, PatientRef } from '../../store/identity';

/** The patients claimed for one file or image. */
export interface PatientClaim {
  /** The patient according to the file or project; null if unknown. */
  readonly present: PatientRef | null;
  /** Loose keys of the file's own patient ids. */
  readonly ownNames: readonly string[];
  /** The patient according to a table or pattern; null if they name none. */
  readonly claimed: ClaimedPatient | null;
  /** The table's patient cell is empty below one with an id, possibly within a merged cell. */
  readonly patientAbove: boolean;
}

/** A patient identified by a table or pattern. `rounded`: the identifier lost digits. */
export type ClaimedPatient = PatientRef & { readonly rounded: boolean };

/** A patient's other name. */
export interface PatientAlias {
  readonly name: PatientRef;
  readonly patient: PatientRef;
}

export interface ResolvedPatients {
  /** One per claim, in their order; null: unknown. */
  readonly patients: readonly (PatientRef | null)[];
  readonly aliases: readonly PatientAlias[];
  readonly changes: PatientChanges;
  readonly questions: readonly TableQuestion[];
  readonly problems: readonly string[];
}

export const NO_PATIENT_CHANGES: PatientChanges = {
  before: null,
  after: null,
  unknown: 0,
  split: 0,
  merged: 0,
  idsWrittenOtherwise: 0,
  idsRounded: 0,
};

/**
 * Reconciles the patients of a table or pattern with those of the files.
 *
 * - An id that differs from the file's only in spelling is the file's.
 * - A table that renames every patient of the files one to one groups images as the files do: the files' patients stay,
 *   and the table's names become aliases.
 * - If it splits a patient or merges several, a person decides which source counts (`patients`).
 * - An id that lost digits is ignored if the file names a patient, and raises a question (`rounded-ids`) otherwise.
 *
 * Until a question is answered, the files take precedence.
 */
export function resolvePatients(
  claims: readonly PatientClaim[],
  book: Pick<PatientIndex, 'exact' | 'loose'>,
  answers: TableAnswers,
): ResolvedPatients {
  const accepted = claims.map((claim) => acceptClaim(claim, book, answers));
  const names = gatherNames(claims, accepted, book);
  const namesOf = namesByPatient(claims, accepted);
  const split = new Set([...namesOf].flatMap(([key, claimedNames]) => (claimedNames.size > 1 ? [key] : [])));
  const merged = new Set(
    [...names].flatMap(([loose, { patients, renames }]) => (renames && patients.size > 1 ? [loose] : [])),
  );
  const isDisputed = (present: string) =>
    split.has(present) || [...(namesOf.get(present) ?? [])].some((loose) => merged.has(loose));
  const patientByName = new Map(
    [...names].map(([loose, name]) => [loose, patientNamed(loose, name, book, isDisputed)]),
  );

  const patients = claims.map(({ present }, index): PatientRef | null => {
    const name = accepted[index] ?? null;
    if (present === null) return name === null ? null : (patientByName.get(name.claimed.loose) ?? name.claimed);
    const claimedNames = namesOf.get(present.key) ?? new Set();
    // A patient with exactly one other name gets it for all images, including those missing from the table.
    const other =
      name !== null && !name.isSame ? name.claimed.loose : claimedNames.size === 1 ? [...claimedNames][0] : OWN;
    if (other === undefined || other === OWN) return present;
    if (isDisputed(present.key) && answers.patients !== 'table') return present;
    return patientByName.get(other) ?? present;
  });
  const aliases = new Map<string, PatientAlias>();
  for (const [index, name] of accepted.entries()) {
    const patient = patients[index] ?? null;
    if (name === null || patient === null || patient.key === name.claimed.key) continue;
    if (patientByName.get(name.claimed.loose)?.key === patient.key)
      aliases.set(name.claimed.key, { name: name.claimed, patient });
  }

  const lost = claims.filter(({ present, claimed }) => claimed?.rounded === true && present === null).length;
  const changes: PatientChanges = {
    before: countDistinct(claims.map(({ present }) => present)),
    after: countDistinct(patients),
    unknown: patients.filter((one) => one === null).length,
    split: split.size,
    merged: merged.size,
    idsWrittenOtherwise: claims.filter(
      ({ present }, index) => accepted[index]?.isSame === true && accepted[index]?.claimed.key !== present?.key,
    ).length,
    idsRounded: claims.filter(({ claimed }) => claimed?.rounded === true).length,
  };
  const merging = claims.filter(({ present, patientAbove }) => present === null && patientAbove).length;
  return {
    patients,
    aliases: [...aliases.values()],
    changes,
    questions: [
      ...(split.size + merged.size > 0 ? [patientsQuestion(split.size, merged.size)] : []),
      ...(lost > 0 ? [roundedQuestion(lost)] : []),
      ...(merging > 0 ? [emptyQuestion(merging, 'patient')] : []),
    ],
    problems: problemsOf(
      changes,
      lost,
      [...names.values()].filter(({ keys, patients: named }) => named.size === 0 && keys.size > 1).length,
    ),
  };
}

/** Represents a patient's own name among the claimed ones. */
const OWN = '';

/** A claim that counts. */
interface AcceptedClaim {
  readonly claimed: PatientRef;
  /** Whether it names the present patient. */
  readonly isSame: boolean;
}

function acceptClaim(
  { present, claimed, ownNames }: PatientClaim,
  book: Pick<PatientIndex, 'exact' | 'loose'>,
  answers: TableAnswers,
): AcceptedClaim | null {
  if (claimed === null || (claimed.rounded && (present !== null || answers['rounded-ids'] !== 'take'))) return null;
  const isSame =
    present !== null &&
    (claimed.key === present.key ||
      claimed.loose === present.loose ||
      ownNames.includes(claimed.loose) ||
      [book.exact(claimed.key), ...book.loose(claimed.loose)].some((one) => one?.key === present.key));
  return { claimed, isSame };
}

/** A claimed name in all its spellings. */
interface ClaimedName {
  readonly first: PatientRef;
  /** Keys of its spellings. */
  readonly keys: Set<string>;
  /** By key: patients of the files for whom it is claimed, or whose own name it is. */
  readonly patients: Map<string, PatientRef>;
  /** It is claimed for a patient with another name. */
  renames: boolean;
}

/** Claimed names by loose key. */
function gatherNames(
  claims: readonly PatientClaim[],
  accepted: readonly (AcceptedClaim | null)[],
  book: Pick<PatientIndex, 'exact'>,
): Map<string, ClaimedName> {
  const names = new Map<string, ClaimedName>();
  for (const [index, { present }] of claims.entries()) {
    const one = accepted[index] ?? null;
    if (one === null) continue;
    const { claimed, isSame } = one;
    const name = names.get(claimed.loose) ?? { first: claimed, keys: new Set(), patients: new Map(), renames: false };
    names.set(claimed.loose, name);
    name.keys.add(claimed.key);
    if (present === null) continue;
    name.patients.set(present.key, present);
    name.renames ||= !isSame;
  }
  // A name that already belongs to another patient merges the two, even if no row mentions that other patient.
  for (const { present, ownNames } of claims) {
    if (present === null) continue;
    for (const loose of new Set([present.loose, ...ownNames])) names.get(loose)?.patients.set(present.key, present);
  }
  for (const { keys, patients } of names.values()) {
    for (const key of keys) {
      const known = book.exact(key);
      if (known?.origin === 'dicom') patients.set(known.key, known);
    }
  }
  return names;
}

/** Claimed names by key of the files' patient; `OWN` for the patient's own name. */
function namesByPatient(
  claims: readonly PatientClaim[],
  accepted: readonly (AcceptedClaim | null)[],
): Map<string, ReadonlySet<string>> {
  const namesOf = new Map<string, Set<string>>();
  for (const [index, { present }] of claims.entries()) {
    const one = accepted[index] ?? null;
    if (one === null || present === null) continue;
    const claimedNames = namesOf.get(present.key) ?? new Set();
    namesOf.set(present.key, claimedNames.add(one.isSame ? OWN : one.claimed.loose));
  }
  return namesOf;
}

/**
 * The patient with a claimed name: one known by it, else the only patient of the files claimed to have it, else new.
 */
function patientNamed(
  loose: string,
  { first, keys, patients, renames }: ClaimedName,
  book: Pick<PatientIndex, 'exact' | 'loose'>,
  isDisputed: (present: string) => boolean,
): PatientRef {
  const [known] = [...keys].flatMap((key) => patients.get(key) ?? book.exact(key) ?? []);
  if (known !== undefined) return known;
  const [alike, another] = book.loose(loose);
  if (alike !== undefined && another === undefined) return alike;
  const [only] = patients.values();
  const isOne = patients.size === 1 && only !== undefined && (!renames || !isDisputed(only.key));
  return isOne ? only : first;
}

/** Number of distinct patients; null for none. */
const countDistinct = (patients: readonly (PatientRef | null)[]): number | null =>
  new Set(patients.flatMap((one) => one?.key ?? [])).size || null;

/** `lost`: files without a patient whose id lost digits; `severalWays`: ids with several spellings in the table. */
function problemsOf(changes: PatientChanges, lost: number, severalWays: number): string[] {
  const { idsWrittenOtherwise: otherwise, idsRounded } = changes;
  const kept = idsRounded - lost;
  const [are, stay] = [(n: number) => (n === 1 ? 'is' : 'are'), (n: number) => (n === 1 ? 'stays' : 'stay')];
  const problems: string[] = [];
  if (otherwise > 0) {
    problems.push(
      `${formatQuantity(otherwise, 'patient id')} in the table ${are(otherwise)} written differently than in the file (leading zeros, “.0”, blanks, case): the file’s own ${stay(otherwise)}.`,
    );
  }
  if (severalWays > 0) {
    problems.push(
      `${formatQuantity(severalWays, 'patient id')} in the table ${are(severalWays)} written in several ways (leading zeros, “.0”, blanks, case): each is treated as one patient.`,
    );
  }
  if (kept > 0) {
    problems.push(
      `${formatQuantity(kept, 'patient id')} in the table lost digits (such as 1.23E+06): the file’s own ${stay(kept)}.`,
    );
  }
  return problems;
}

function patientsQuestion(split: number, merged: number): TableQuestion {
  const parts = [
    ...(split > 0 ? [`split ${formatQuantity(split, 'patient')} of the files`] : []),
    ...(merged > 0 ? [`merge ${formatQuantity(merged, 'group')} of patients`] : []),
  ];
  return {
    name: 'patients',
    text: `The patients given here differ from those in the files. Using them would ${parts.join(' and ')}.`,
    answers: [
      { value: 'files', text: 'Keep the patients from the files' },
      { value: 'table', text: 'Use the patients given here' },
    ],
  };
}

const roundedQuestion = (files: number): TableQuestion => ({
  name: 'rounded-ids',
  text: `The patient ids of ${formatQuantity(files, 'file')} lost digits in a spreadsheet (such as 1.23E+06), so several people may share an id.`,
  answers: [
    { value: 'missing', text: 'Treat these patients as unknown' },
    { value: 'take', text: 'Treat each of these ids as one patient' },
  ],
});

export const emptyQuestion = (rows: number, what: 'patient' | 'key'): TableQuestion => ({
  name: 'empty-ids',
  text:
    what === 'patient'
      ? `The patient cell of ${formatQuantity(rows, 'file')} is empty, below a cell with an id. Spreadsheets leave merged cells empty.`
      : `${formatQuantity(rows, 'row')} without an identifier, below a row that has one. Spreadsheets leave merged cells empty.`,
  answers: [
    { value: 'fill', text: 'Use the id above' },
    { value: 'missing', text: 'Leave unknown' },
  ],
});
