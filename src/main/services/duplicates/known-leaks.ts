import type { KnownLeaks } from '#shared/models/known-leaks';
import type { ProjectStore } from '../../store/open';
import { countLeaks, duplicateGroups, keptTogether, type MemberGroup } from './duplicate-groups';

/** An image and its split (`part`), from the current split or a run's record. */
export interface Placed {
  readonly image: number;
  readonly part: string | null;
}

/** Counts the patients and duplicate groups, as known now, that are in more than one split of these images. */
export function knownLeaks(store: ProjectStore, placed: readonly Placed[], when: KnownLeaks['when']): KnownLeaks {
  const groups = duplicateGroups(store);
  const patients = new Map(
    store.json<[number, number][]>(
      'SELECT json_group_array(json_array(id, patient_id)) FROM images WHERE patient_id IS NOT NULL',
    ),
  );
  const named = new Set(
    store.column<number>(
      `SELECT images.id FROM images JOIN patients ON patients.id = patient_id WHERE patients.origin <> 'file'`,
    ),
  );
  const parts = new Map(placed.map(({ image, part }) => [image, part]));
  const crosses = ({ images }: MemberGroup): boolean =>
    new Set(images.flatMap((image) => parts.get(image) ?? [])).size > 1;
  return {
    when,
    at: new Date().toISOString(),
    ...countLeaks(
      placed.map(({ image, part }) => ({ split: part, patient: patients.get(image) ?? null })),
      keptTogether(groups).filter(crosses),
    ),
    suspected: groups.filter((group) => group.suspected && crosses(group)).length,
    patientsKnown: extent(placed.filter(({ image }) => named.has(image)).length, placed.length),
  };
}

const extent = (count: number, of: number) => (count === 0 ? 'none' : count < of ? 'some' : 'all');

/** The images of the current split. */
export function placedImages(store: ProjectStore): Placed[] {
  return store.all<{ image: number; part: string }>(
    'SELECT id AS image, split AS part FROM images WHERE removed_at IS NULL AND split IS NOT NULL',
  );
}
