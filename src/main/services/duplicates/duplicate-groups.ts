import { connectedGroups } from '#shared/duplicates/connected-groups';
import type { DuplicateCounts, DuplicateGroup } from '#shared/models/duplicates';
import { type ImageGroup, imageGroups } from '../../store/counts';
import {
  type DuplicateMember,
  type DuplicatePair,
  duplicateMembers,
  duplicatePairs,
  labelSizes,
} from '../../store/duplicates';
import type { ProjectStore } from '../../store/open';
import { findPeople, placesByStudy } from '../patients/same-person';

/** A group with the labels, splits and patients of its images. */
export interface MemberGroup extends DuplicateGroup {
  readonly members: readonly DuplicateMember[];
  /** Its images, and removed images that link them. */
  readonly linked: readonly number[];
}

/** A near group with at least this many images and more than this share of a class is how the class looks. */
const COMMON_IMAGES = 5;
const COMMON_SHARE = 0.5;

/**
 * Groups of images that look alike, directly or through others, sorted by first image. The suspected pairs follow, each
 * as its own group: a pair found by features joins no group until a person confirms it.
 */
export function duplicateGroups(store: ProjectStore): MemberGroup[] {
  const pairs = duplicatePairs(store);
  const isSuspected = (pair: DuplicatePair) => pair.byFeatures && pair.verdict === null;
  const known = duplicateMembers(
    store,
    pairs.flatMap(({ first, second }) => [first, second]),
  );
  const groups = joinedGroups(
    pairs.filter((pair) => !isSuspected(pair)),
    known,
    labelSizes(store),
  );
  const groupOf = new Map(groups.flatMap(({ id, linked }) => linked.map((image) => [image, id] as const)));
  const apart = ({ first, second }: DuplicatePair) => !groupOf.has(first) || groupOf.get(first) !== groupOf.get(second);
  return [
    ...groups,
    ...pairs
      .filter(isSuspected)
      .filter(apart)
      .flatMap((pair) => suspectedPair(pair, known)),
  ];
}

/** `duplicateGroups` in the form that the window shows. */
export const shownGroups = (store: ProjectStore): DuplicateGroup[] =>
  duplicateGroups(store).map(({ members: _members, linked: _linked, ...group }) => group);

type Members = ReadonlyMap<number, DuplicateMember>;

function suspectedPair({ first, second, similarity, alignment }: DuplicatePair, known: Members): MemberGroup[] {
  const members = [first, second].flatMap((id) => known.get(id) ?? []);
  if (members.length < 2) return [];
  return [
    {
      id: `${first}-${second}`,
      kind: 'near',
      images: [first, second],
      similarity,
      byFeatures: true,
      suspected: true,
      alignment,
      conflict: false,
      leak: false,
      common: false,
      kept: false,
      members,
      linked: [first, second],
    },
  ];
}

function joinedGroups(
  pairs: readonly DuplicatePair[],
  known: Members,
  classSizes: ReadonlyMap<number, number>,
): MemberGroup[] {
  const numbers = connectedGroups(pairs.map(({ first, second }) => [first, second] as const));
  const found = new Map<
    number,
    { ids: number[]; similarity: number; exact: boolean; byFeatures: boolean; kept: boolean }
  >();
  for (const [id, number] of numbers) {
    const group = found.get(number) ?? { ids: [], similarity: 1, exact: true, byFeatures: false, kept: true };
    found.set(number, group);
    group.ids.push(id);
  }
  for (const pair of pairs) {
    const group = found.get(numbers.get(pair.first) ?? -1);
    if (group === undefined) continue;
    group.similarity = Math.min(group.similarity, pair.similarity);
    group.exact &&= pair.exact;
    group.byFeatures ||= pair.byFeatures;
    group.kept &&= pair.verdict === 'keep';
  }
  return [...found.values()]
    .flatMap(({ ids, similarity, exact, byFeatures, kept }) => {
      const members = ids.sort((a, b) => a - b).flatMap((id) => known.get(id) ?? []);
      if (members.length < 2) return [];
      const images = members.map((one) => one.id);
      const common = !exact && isCommon(members, classSizes);
      const group: MemberGroup = {
        id: String(images[0]),
        kind: exact ? 'exact' : 'near',
        images,
        similarity,
        byFeatures,
        suspected: false,
        alignment: null,
        conflict: !common && distinct(members.map((one) => one.label)) > 1,
        leak: !common && distinct(members.map((one) => one.split)) > 1,
        common,
        kept,
        members,
        linked: ids,
      };
      return [group];
    })
    .sort((a, b) => (a.images[0] ?? 0) - (b.images[0] ?? 0));
}

function isCommon(members: readonly DuplicateMember[], classSizes: ReadonlyMap<number, number>): boolean {
  if (members.length < COMMON_IMAGES) return false;
  const ofClass = new Map<number, number>();
  for (const { label } of members) if (label !== null) ofClass.set(label, (ofClass.get(label) ?? 0) + 1);
  return [...ofClass].some(([label, n]) => n >= COMMON_IMAGES && n > COMMON_SHARE * (classSizes.get(label) ?? 0));
}

const distinct = (values: readonly unknown[]): number => new Set(values.filter((value) => value !== null)).size;

/** Groups kept in one split: neither common (how the class looks) nor suspected (not yet confirmed by a person). */
export const keptTogether = (groups: readonly MemberGroup[]): MemberGroup[] =>
  groups.filter((group) => !group.common && !group.suspected);

export function countDuplicates(all: readonly MemberGroup[]): DuplicateCounts {
  const groups = keptTogether(all);
  return {
    groups: groups.length,
    images: groups.reduce((sum, group) => sum + group.images.length, 0),
    conflicts: groups.filter((group) => group.conflict).length,
    leaks: groups.filter((group) => group.leak).length,
    kept: groups.filter((group) => group.kept).length,
    suspected: all.filter((group) => group.suspected).length,
  };
}

/** Numbers of groups in more than one split. */
export interface Leaks {
  readonly patients: number;
  readonly duplicates: number;
  /** A patient and a duplicate group that share images count once. */
  readonly groups: number;
}

export function findLeaks(
  store: ProjectStore,
  groups: readonly ImageGroup[] = imageGroups(store),
  duplicates: readonly MemberGroup[] = duplicateGroups(store),
): Leaks {
  return countLeaks(
    [...groups, ...placesByStudy(store)],
    duplicates.filter((group) => group.leak),
    findPeople(store).personOf,
  );
}

/**
 * Counts the patients and duplicate groups in more than one split. `leaking`: duplicate groups known to be so.
 * `personOf`: maps patients who are the same person to one number.
 */
export function countLeaks(
  places: readonly { readonly patient: number | null; readonly split: string | null }[],
  leaking: readonly Pick<MemberGroup, 'id' | 'members'>[],
  personOf: (patient: number) => number = (patient) => patient,
): Leaks {
  const splits = new Map<number, Set<string>>();
  for (const { patient, split } of places) {
    if (patient === null || split === null) continue;
    const of = splits.get(personOf(patient)) ?? new Set();
    splits.set(personOf(patient), of.add(split));
  }
  const patients = new Set([...splits].flatMap(([patient, of]) => (of.size > 1 ? [patient] : [])));
  const links: [string, string][] = [...patients].map((patient) => [`patient ${patient}`, `patient ${patient}`]);
  for (const { id, members } of leaking) {
    links.push([`group ${id}`, `group ${id}`]);
    for (const { patient } of members) {
      if (patient !== null && patients.has(personOf(patient)))
        links.push([`group ${id}`, `patient ${personOf(patient)}`]);
    }
  }
  return {
    patients: patients.size,
    duplicates: leaking.length,
    groups: new Set(connectedGroups(links).values()).size,
  };
}
