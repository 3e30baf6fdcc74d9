import type { SplitName } from '#shared/models/dataset';
import { splitItems } from '#shared/splitting/split';
import type { SplitCandidate } from '../../store/splits';
import type { MemberGroup } from '../duplicates/duplicate-groups';
import type { People } from '../patients/same-person';
import { toSplitItems } from './split-items';

/** Share of train that becomes validation where the folders name no validation split, and the seed of the draw. */
const CARVED_SHARE = 0.2;
export const CARVED_SEED = 42;

/**
 * The splits of images as folders or a table name them. `keep`: the current split came from folders too, so its images
 * stay where they are (a person may have moved them).
 */
export function splitsAsGiven(
  given: readonly SplitCandidate[],
  duplicates: readonly MemberGroup[],
  people: People,
  keep: boolean,
): { readonly members: Map<number, SplitName>; readonly notes: string[] } {
  const members = new Map<number, SplitName>();
  for (const one of given) members.set(one.id, (keep ? one.split : null) ?? one.given ?? 'train');
  const notes: string[] = [];
  const train = given.filter((one) => one.given === 'train');
  if (!given.some((one) => one.given === 'validation') && train.length > 1) {
    notes.push(
      'There is no validation folder. A fifth of the training images, by patient, became validation (seed 42).',
    );
    const validated = keep && given.some((one) => one.split === 'validation');
    if (!validated) {
      const carved = splitItems(
        toSplitItems(train, 'patient', duplicates, people),
        { validation: CARVED_SHARE, test: 0 },
        CARVED_SEED,
      );
      for (const [id, split] of carved) members.set(id, split);
    } else {
      // Validation was carved before: new images follow their patient or duplicates.
      const items = toSplitItems(given, 'patient', duplicates, people);
      const groups = new Set(
        items.flatMap((item, index) => (given[index]?.split === 'validation' ? (item.group ?? []) : [])),
      );
      for (const [index, one] of given.entries()) {
        const group = items[index]?.group ?? null;
        if (one.given === 'train' && one.split === null && group !== null && groups.has(group)) {
          members.set(one.id, 'validation');
        }
      }
    }
  }
  if (!given.some((one) => one.given === 'test')) {
    notes.push('There is no test folder. Evaluating on unseen images needs one.');
  }
  return { members, notes };
}
