import type { PatientChanges, TableAnswers, TableQuestion } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import type { PatientBook, PatientRef } from '../../store/identity';

/** Who a file (or an image) is said to be of. */
export interface PatientClaim {
  /** By the file or the project; null where nobody is named. */
  readonly present: PatientRef | null;
  /** Loose keys of the ids that the file itself has. */
  readonly ownNames: readonly string[];
  /** By a table or a pattern; null where they do not say. `rounded`: the identifier lost digits. */
  readonly told: (PatientRef & { readonly rounded: boolean }) | null;
  /** Nothing is told, and a merged cell may go on here. */
  readonly tellsAbove: boolean;
}

/** Another name, and whose it is. */
export interface PatientAlias {
  readonly name: PatientRef;
  readonly of: PatientRef;
}

export interface ResolvedPatients {
  /** In the order of the claims; null: nobody is named. */
  readonly patients: readonly (PatientRef | null)[];
  /** Other names of patients. */
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
 * Holds what a table or a pattern says of patients against what the files say.
 *
 * - An id that is the file's but for how it is written is the file's.
 * - A table that gives every patient of the files another name, and no two the same, groups images as the files do:
 *   the files' patients stay, and the names are other names of theirs.
 * - Where it makes several patients of one, or one of several, a person says whose word counts (`patients`).
 * - An id that lost digits says nothing where the file names somebody, and is asked about (`rounded-ids`) elsewhere.
 *
 * Until a question is answered the files' word counts.
 */
export function resolvePatients(
  claims: readonly PatientClaim[],
  book: Pick<PatientBook, 'exact' | 'loose'>,
  answers: TableAnswers,
): ResolvedPatients {
  const heard = claims.map((claim) => hear(claim, book, answers));
  const names = gatherNames(claims, heard, book);
  const toldOf = namesByPatient(claims, heard);
  const split = new Set([...toldOf].flatMap(([key, said]) => (said.size > 1 ? [key] : [])));
  const merged = new Set([...names].flatMap(([loose, { of, renames }]) => (renames && of.size > 1 ? [loose] : [])));
  const isDisputed = (present: string) =>
    split.has(present) || [...(toldOf.get(present) ?? [])].some((loose) => merged.has(loose));
  const whoIs = new Map([...names].map(([loose, name]) => [loose, whoIsCalled(loose, name, book, isDisputed)]));

  const patients = claims.map(({ present }, index): PatientRef | null => {
    const name = heard[index] ?? null;
    if (present === null) return name === null ? null : (whoIs.get(name.told.loose) ?? name.told);
    const said = toldOf.get(present.key) ?? new Set();
    // A patient who has one other name goes by it with all images, those too that the table leaves out.
    const other = name !== null && !name.isSame ? name.told.loose : said.size === 1 ? [...said][0] : OWN;
    if (other === undefined || other === OWN) return present;
    if (isDisputed(present.key) && answers.patients !== 'table') return present;
    return whoIs.get(other) ?? present;
  });
  const aliases = new Map<string, PatientAlias>();
  for (const [index, name] of heard.entries()) {
    const of = patients[index] ?? null;
    if (name === null || of === null || of.key === name.told.key) continue;
    if (whoIs.get(name.told.loose)?.key === of.key) aliases.set(name.told.key, { name: name.told, of });
  }

  const lost = claims.filter(({ present, told }) => told?.rounded === true && present === null).length;
  const changes: PatientChanges = {
    before: countDistinct(claims.map(({ present }) => present)),
    after: countDistinct(patients),
    unknown: patients.filter((one) => one === null).length,
    split: split.size,
    merged: merged.size,
    idsWrittenOtherwise: claims.filter(
      ({ present }, index) => heard[index]?.isSame === true && heard[index]?.told.key !== present?.key,
    ).length,
    idsRounded: claims.filter(({ told }) => told?.rounded === true).length,
  };
  const merging = claims.filter(({ present, tellsAbove }) => present === null && tellsAbove).length;
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
      [...names.values()].filter(({ keys, of }) => of.size === 0 && keys.size > 1).length,
    ),
  };
}

/** Stands for a patient's own name among those that are told. */
const OWN = '';

/** What is told of a file, as far as it counts. */
interface Heard {
  readonly told: PatientRef;
  /** It is the name of the patient that is present. */
  readonly isSame: boolean;
}

function hear(
  { present, told, ownNames }: PatientClaim,
  book: Pick<PatientBook, 'exact' | 'loose'>,
  answers: TableAnswers,
): Heard | null {
  if (told === null || (told.rounded && (present !== null || answers['rounded-ids'] !== 'take'))) return null;
  const isSame =
    present !== null &&
    (told.key === present.key ||
      told.loose === present.loose ||
      ownNames.includes(told.loose) ||
      [book.exact(told.key), ...book.loose(told.loose)].some((one) => one?.key === present.key));
  return { told, isSame };
}

/** One name, however it is written. */
interface Name {
  readonly first: PatientRef;
  /** Of the ways in which it is written. */
  readonly keys: Set<string>;
  /** By key: patients of the files that it is told of, or whose own name it is. */
  readonly of: Map<string, PatientRef>;
  /** It is told of somebody who has another name. */
  renames: boolean;
}

/** By loose key. */
function gatherNames(
  claims: readonly PatientClaim[],
  heard: readonly (Heard | null)[],
  book: Pick<PatientBook, 'exact'>,
): Map<string, Name> {
  const names = new Map<string, Name>();
  for (const [index, { present }] of claims.entries()) {
    const one = heard[index] ?? null;
    if (one === null) continue;
    const { told, isSame } = one;
    const name = names.get(told.loose) ?? { first: told, keys: new Set(), of: new Map(), renames: false };
    names.set(told.loose, name);
    name.keys.add(told.key);
    if (present === null) continue;
    name.of.set(present.key, present);
    name.renames ||= !isSame;
  }
  // A name that is somebody else's makes one of two, whether or not a row speaks of that one.
  for (const { present, ownNames } of claims) {
    if (present === null) continue;
    for (const loose of new Set([present.loose, ...ownNames])) names.get(loose)?.of.set(present.key, present);
  }
  for (const { keys, of } of names.values()) {
    for (const key of keys) {
      const known = book.exact(key);
      if (known?.origin === 'dicom') of.set(known.key, known);
    }
  }
  return names;
}

/** By key of a patient of the files: the names that it is told by; `OWN` for its own. */
function namesByPatient(
  claims: readonly PatientClaim[],
  heard: readonly (Heard | null)[],
): Map<string, ReadonlySet<string>> {
  const toldOf = new Map<string, Set<string>>();
  for (const [index, { present }] of claims.entries()) {
    const one = heard[index] ?? null;
    if (one === null || present === null) continue;
    const said = toldOf.get(present.key) ?? new Set();
    toldOf.set(present.key, said.add(one.isSame ? OWN : one.told.loose));
  }
  return toldOf;
}

/** Somebody who is known by it, the one patient of the files that it is told of, or somebody new. */
function whoIsCalled(
  loose: string,
  { first, keys, of, renames }: Name,
  book: Pick<PatientBook, 'exact' | 'loose'>,
  isDisputed: (present: string) => boolean,
): PatientRef {
  const [known] = [...keys].flatMap((key) => of.get(key) ?? book.exact(key) ?? []);
  if (known !== undefined) return known;
  const [alike, another] = book.loose(loose);
  if (alike !== undefined && another === undefined) return alike;
  const [only] = of.values();
  const isOne = of.size === 1 && only !== undefined && (!renames || !isDisputed(only.key));
  return isOne ? only : first;
}

/** Null for none. */
const countDistinct = (patients: readonly (PatientRef | null)[]): number | null =>
  new Set(patients.flatMap((one) => one?.key ?? [])).size || null;

/** `lost`: files without a patient whose id lost digits; `severalWays`: ids that the table itself writes differently. */
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
