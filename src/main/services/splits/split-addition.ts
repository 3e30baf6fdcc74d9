import type { SplitName } from '#shared/models/dataset';
import type { SplitAddition } from '#shared/models/split-addition';
import { type SplitItem, splitItems } from '#shared/splitting/split';
import type { ProjectStore } from '../../store/open';
import { imageOrigins } from '../../store/origins';
import { type StoredSplit, splitCandidates } from '../../store/splits';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import { findPeople } from '../patients/same-person';
import { toSplitItems } from './split-items';

export interface PlannedAddition {
  readonly members: ReadonlyMap<number, Exclude<SplitName, 'test'>>;
  readonly addition: SplitAddition;
}

/** What the images of a group are to the current split. */
interface GroupState {
  readonly fresh: SplitItem[];
  train: number;
  validation: number;
  test: number;
  heldOut: boolean;
}

/**
 * Assigns labelled images outside the current split to train and validation. Images follow their group (a patient, a
 * study, duplicates), and new groups are drawn by class in the split's own shares. Groups of the test part stay out, so
 * that it remains closed and unchanged; so do images of an origin that it is held out by.
 */
export function planAddition(store: ProjectStore, split: StoredSplit): PlannedAddition {
  const groups = findGroups(store, split);
  const members = new Map<number, Exclude<SplitName, 'test'>>();
  const leftOut = { testGroup: 0, heldOut: 0 };
  const drawn: SplitItem[] = [];
  for (const { fresh, train, validation, test, heldOut } of groups) {
    if (test > 0) leftOut.testGroup += fresh.length;
    else if (heldOut) leftOut.heldOut += fresh.length;
    else if (train + validation === 0) drawn.push(...fresh);
    else for (const { id } of fresh) members.set(id, validation > train ? 'validation' : 'train');
  }
  const share = split.validation / (1 - split.test);
  for (const [id, part] of splitItems(drawn, { validation: share, test: 0 }, split.seed)) {
    members.set(id, part === 'validation' ? 'validation' : 'train');
  }
  const joining = [...members.values()];
  const validation = joining.filter((part) => part === 'validation').length;
  return { members, addition: { train: joining.length - validation, validation, leftOut } };
}

/** The groups with images outside the split. Images without a group are groups of their own. */
function findGroups(store: ProjectStore, split: StoredSplit): GroupState[] {
  const candidates = splitCandidates(store);
  const grouping = split.grouping === 'none' ? 'none' : 'patient';
  const items = toSplitItems(candidates, grouping, keptTogether(duplicateGroups(store)), findPeople(store));
  const origins = split.heldOut === null ? null : imageOrigins(store, split.heldOut.by);
  const heldOutValues = new Set(split.heldOut?.values);
  const groups = new Map<number | string, GroupState>();
  for (const [index, item] of items.entries()) {
    const key = item.group ?? `image ${item.id}`;
    const state = groups.get(key) ?? { fresh: [], train: 0, validation: 0, test: 0, heldOut: false };
    groups.set(key, state);
    const present = candidates[index]?.split ?? null;
    if (present === null) state.fresh.push(item);
    else state[present] += 1;
    state.heldOut ||= heldOutValues.has(origins?.get(item.id) ?? '');
  }
  return [...groups.values()].filter(({ fresh }) => fresh.length > 0);
}
