import { connectedGroups } from '#shared/duplicates/connected-groups';
import type { ProjectStore } from '../../store/open';
import { studiesOfSeveral, studiesWithoutPatient } from '../../store/studies';

/**
 * In the model of DICOM a study is of one patient (PS3.3, 7.3.1), but for a StudyInstanceUID that was blanked out: one that most of the
 * patients share, and more than a few.
 */
const MOST_PATIENTS = 10;
const BLANKED_SHARE = 0.5;

/** Who is one person, by what patients' ids and studies say together. */
export interface People {
  /** A number for the person: that of the first of the patients who share a study, directly or through others. */
  personOf(patient: number): number;
  /** Whether images of this study belong together. */
  binds(study: number): boolean;
  /** Studies with images of several patients, without blanked ones: their patients. */
  readonly shared: ReadonlyMap<number, readonly number[]>;
  /** Studies that are shared by too many to be one. */
  readonly blanked: ReadonlyMap<number, readonly number[]>;
}

export function findPeople(store: ProjectStore): People {
  const { studies, patients } = studiesOfSeveral(store);
  const isBlanked = (of: readonly number[]) => of.length > MOST_PATIENTS && of.length > patients * BLANKED_SHARE;
  const shared = new Map([...studies].filter(([, of]) => !isBlanked(of)));
  const blanked = new Map([...studies].filter(([, of]) => isBlanked(of)));
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

/** Images of which nobody is named and that share a study, as places of a person whose number is negative. */
export function placesByStudy(store: ProjectStore): { readonly patient: number; readonly split: string }[] {
  return studiesWithoutPatient(store).map(({ study, split }) => ({ patient: -study, split }));
}
