import type { PatientChanges, TableAnswers, TableQuestion } from '#shared/models/label-table';
import type { PatientBook, PatientRef } from '../store/identity';
import { count } from './splits-warnings';

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
  const takes = (told: PatientClaim['told'], present: PatientRef | null): told is PatientRef & { rounded: boolean } =>
    told !== null && (!told.rounded || (present === null && answers['rounded-ids'] === 'take'));
  const isSame = ({ present, told, ownNames }: PatientClaim): boolean =>
    present !== null &&
    told !== null &&
    (told.key === present.key ||
      told.loose === present.loose ||
      ownNames.includes(told.loose) ||
      book.exact(told.key)?.key === present.key);

  /** By loose key of what is told: the ways it is written, and the patients of the files that it is told of. */
  const names = new Map<
    string,
    { readonly first: PatientRef; keys: Set<string>; of: Map<string, PatientRef>; renames: boolean }
  >();
  /** By key of a patient of the files: what it is told to be; its own name as itself. */
  const toldOf = new Map<string, Set<string>>();
  for (const claim of claims) {
    const { told, present } = claim;
    if (!takes(told, present)) continue;
    const name = names.get(told.loose) ?? { first: told, keys: new Set(), of: new Map(), renames: false };
    names.set(told.loose, name);
    name.keys.add(told.key);
    if (present === null) continue;
    name.of.set(present.key, present);
    if (!isSame(claim)) name.renames = true;
    const said = toldOf.get(present.key) ?? new Set();
    toldOf.set(present.key, said.add(isSame(claim) ? '' : told.loose));
  }
  // A name that is somebody else's of the files makes one of two, whether or not a row speaks of that one.
  const owners = new Map<string, PatientRef[]>();
  for (const { present, ownNames } of claims) {
    if (present === null) continue;
    for (const loose of new Set([present.loose, ...ownNames])) {
      const of = owners.get(loose) ?? [];
      if (!of.some(({ key }) => key === present.key)) owners.set(loose, [...of, present]);
    }
  }
  for (const [loose, { keys, of }] of names) {
    for (const owner of owners.get(loose) ?? []) of.set(owner.key, owner);
    for (const key of keys) {
      const known = book.exact(key);
      if (known?.origin === 'dicom') of.set(known.key, known);
    }
  }
  const split = new Set([...toldOf].flatMap(([key, said]) => (said.size > 1 ? [key] : [])));
  const merged = new Set([...names].flatMap(([loose, { of, renames }]) => (renames && of.size > 1 ? [loose] : [])));
  const isDisputed = (present: string) =>
    split.has(present) || [...(toldOf.get(present) ?? [])].some((loose) => merged.has(loose));

  /** Who a name is: somebody the project knows, the one patient of the files that it is told of, or somebody new. */
  const whoIs = new Map<string, PatientRef>();
  for (const [loose, { first, keys, of, renames }] of names) {
    const known = [...keys].flatMap((key) => of.get(key) ?? book.exact(key) ?? [])[0];
    const alike = book.loose(loose);
    const [only] = of.values();
    const one = of.size === 1 && only !== undefined && (!renames || !isDisputed(only.key)) ? only : undefined;
    whoIs.set(loose, known ?? (alike.length === 1 ? alike[0] : undefined) ?? one ?? first);
  }

  const aliases = new Map<string, PatientAlias>();
  const patients = claims.map((claim): PatientRef | null => {
    const { told, present } = claim;
    if (present === null) return takes(told, present) ? (whoIs.get(told.loose) ?? told) : null;
    const said = toldOf.get(present.key);
    if (said === undefined) return present;
    const own = takes(told, present) && !isSame(claim) ? told.loose : said.size === 1 ? [...said][0] : '';
    if (own === undefined || own === '') return present;
    if (isDisputed(present.key) && answers.patients !== 'table') return present;
    return whoIs.get(own) ?? present;
  });
  for (const [index, { told, present }] of claims.entries()) {
    const patient = patients[index];
    if (patient == null) continue;
    if (takes(told, present) && told.key !== patient.key && patientIsToldBy(told, patient, whoIs)) {
      aliases.set(told.key, { name: told, of: patient });
    }
  }

  const rounded = claims.filter(({ told }) => told?.rounded === true);
  const lost = rounded.filter(({ present }) => present === null);
  const merging = claims.filter(({ present, tellsAbove }) => present === null && tellsAbove);
  const otherwise = claims.filter((claim) => isSame(claim) && claim.told?.key !== claim.present?.key).length;
  const severalWays = [...names.values()].filter(({ keys, of }) => of.size === 0 && keys.size > 1).length;
  const distinct = (of: readonly (PatientRef | null)[]) => new Set(of.flatMap((one) => one?.key ?? [])).size || null;
  return {
    patients,
    aliases: [...aliases.values()],
    changes: {
      before: distinct(claims.map(({ present }) => present)),
      after: distinct(patients),
      unknown: patients.filter((one) => one === null).length,
      split: split.size,
      merged: merged.size,
      idsWrittenOtherwise: otherwise,
      idsRounded: rounded.length,
    },
    questions: [
      ...(split.size + merged.size > 0 ? [patientsQuestion(split.size, merged.size)] : []),
      ...(lost.length > 0 ? [roundedQuestion(lost.length)] : []),
      ...(merging.length > 0 ? [emptyQuestion(merging.length, 'patient')] : []),
    ],
    problems: [
      ...(otherwise > 0
        ? [
            `${count(otherwise, 'patient id')} of the table ${otherwise === 1 ? 'is' : 'are'} written otherwise than in the file (leading zeros, “.0”, blanks, case): the file’s own ${otherwise === 1 ? 'stays' : 'stay'}.`,
          ]
        : []),
      ...(severalWays > 0
        ? [
            `${count(severalWays, 'patient id')} in the table ${severalWays === 1 ? 'is' : 'are'} written in several ways (leading zeros, “.0”, blanks, case): each is taken for one patient.`,
          ]
        : []),
      ...(rounded.length > lost.length
        ? [
            `${count(rounded.length - lost.length, 'patient id')} of the table lost digits (such as 1.23E+06): the file’s own ${rounded.length - lost.length === 1 ? 'stays' : 'stay'}.`,
          ]
        : []),
    ],
  };
}

/** An id that lost digits is nobody's other name. */
function patientIsToldBy(
  told: PatientRef & { readonly rounded: boolean },
  patient: PatientRef,
  whoIs: ReadonlyMap<string, PatientRef>,
): boolean {
  return !told.rounded && whoIs.get(told.loose)?.key === patient.key;
}

function patientsQuestion(split: number, merged: number): TableQuestion {
  const parts = [
    ...(split > 0 ? [`${count(split, 'patient')} of the files into several`] : []),
    ...(merged > 0 ? [`several patients of the files into one, ${merged === 1 ? 'once' : `${merged} times`}`] : []),
  ];
  return {
    name: 'patients',
    text: `Patients named here are not those of the files: this would make ${parts.join(', and ')}.`,
    answers: [
      { value: 'files', text: 'Keep the patients of the files' },
      { value: 'table', text: 'Take the patients named here' },
    ],
  };
}

const roundedQuestion = (files: number): TableQuestion => ({
  name: 'rounded-ids',
  text: `The patient ids of ${count(files, 'file')} lost digits in a spreadsheet (such as 1.23E+06), and several people may have become one.`,
  answers: [
    { value: 'missing', text: 'Take their patient as not known' },
    { value: 'take', text: 'Take each such number as one patient' },
  ],
});

export const emptyQuestion = (rows: number, what: 'patient' | 'key'): TableQuestion => ({
  name: 'empty-ids',
  text:
    what === 'patient'
      ? `The patient of ${count(rows, 'file')} is an empty cell under one with an id. Spreadsheets leave cells empty where they were merged.`
      : `${count(rows, 'row')} without an identifier under one that has it. Spreadsheets leave cells empty where they were merged.`,
  answers: [
    { value: 'fill', text: 'The id above goes on' },
    { value: 'missing', text: 'Nothing is known' },
  ],
});
