import { joinGroups } from '#shared/splitting/join-groups';
import type { SplitItem } from '#shared/splitting/split';
import type { SplitCandidate } from '../store/splits';
import type { MemberGroup } from './duplicate-groups';

/** What may not be parted: images of a patient, images that look alike, and both where they share images. */
export function toSplitItems(
  candidates: readonly SplitCandidate[],
  group: 'patient' | 'none',
  duplicates: readonly MemberGroup[],
): SplitItem[] {
  const alike = new Map(duplicates.flatMap(({ id, images }) => images.map((image) => [image, id] as const)));
  const groups = joinGroups(
    candidates.map(({ id, patient }) => [
      ...(group === 'patient' && patient !== null ? [`patient ${patient}`] : []),
      ...(alike.has(id) ? [`duplicates ${alike.get(id)}`] : []),
    ]),
  );
  return candidates.map(({ id, label }, index) => ({ id, label, group: groups[index] ?? null }));
}
