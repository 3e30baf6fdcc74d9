import { joinGroups } from '#shared/splitting/join-groups';
import type { SplitItem } from '#shared/splitting/split';
import type { SplitCandidate } from '../../store/splits';
import type { MemberGroup } from '../duplicates/duplicate-groups';
import type { People } from '../patients/same-person';

/**
 * Assigns each image to the group that must stay in one split: the images of a person (of a patient, and of a study
 * even where patient ids differ or are unknown), duplicates, and both joined where they share images.
 */
export function toSplitItems(
  candidates: readonly SplitCandidate[],
  group: 'patient' | 'none',
  duplicates: readonly MemberGroup[],
  people: Pick<People, 'binds'>,
): SplitItem[] {
  const alike = new Map(duplicates.flatMap(({ id, images }) => images.map((image) => [image, id] as const)));
  const groups = joinGroups(
    candidates.map(({ id, patient, study }) => [
      ...(group === 'patient' && patient !== null ? [`patient ${patient}`] : []),
      ...(group === 'patient' && study !== null && people.binds(study) ? [`study ${study}`] : []),
      ...(alike.has(id) ? [`duplicates ${alike.get(id)}`] : []),
    ]),
  );
  return candidates.map(({ id, label }, index) => ({ id, label, group: groups[index] ?? null }));
}
