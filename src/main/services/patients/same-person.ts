import { connectedGroups } from '#shared/duplicates/connected-groups';
import type { ProjectStore } from '../../store/open';
import { studiesWithoutPatient, studiesWithSeveralPatients } from '../../store/studies';

/**
 * In the DICOM model a study belongs to one patient (PS3.3, 7.3.1). A StudyInstanceUID shared by more patients than
 * this, and by more than this share of all patients, was blanked out.
 */
const MAX_PATIENTS_OF_STUDY = 10;
const BLANKED_SHARE = 0.5;

/** Persons, inferred from patient ids and studies together. */
export interface People {
  /** The person's number: the lowest of the patients who share a study, directly or through others. */
  personOf(patient: number): number;
  /** Whether images of this study belong to one person. */
  binds(study: number): boolean;
  /** Patients of each study with several patients, except blanked ones. */
  readonly shared: ReadonlyMap<number, readonly number[]>;
  /** Patients of each blanked study. */
  readonly blanked: ReadonlyMap<number, readonly number[]>;
}

export function findPeople(store: ProjectStore): People {
  const { studies, patients } = studiesWithSeveralPatients(store);
  const isBlanked = (members: readonly number[]) =>
    members.length > MAX_PATIENTS_OF_STUDY && members.length > patients * BLANKED_SHARE;
  const shared = new Map([...studies].filter(([, members]) => !isBlanked(members)));
  const blanked = new Map([...studies].filter(([, members]) => isBlanked(members)));
  const groups = connectedGroups(
    [...shared.values()].flatMap(([first = 0, ...more]) => more.map((patient) => [first, patient] as const)),
  );
  const first = new Map<number, number>();
  for (const [patient, group] of groups) first.set(group, Math.min(first.get(group) ?? patient, patient));
  return {
    personOf: (patient) => first.get(groups.get(patient) ?? -1) ?? patient,
    binds: (study) => !blanked.has(study),
    shared,
    blanked,
  };
}

/** Splits of studies without a known patient; each study counts as a person with a negative number. */
export function placesByStudy(store: ProjectStore): { readonly patient: number; readonly split: string }[] {
  return studiesWithoutPatient(store).map(({ study, split }) => ({ patient: -study, split }));
}
