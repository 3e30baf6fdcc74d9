import { setImmediate } from 'node:timers/promises';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import type { OpenProject } from './projects';
import { readersDisagree } from './reading-groups';
import { findLabelConflicts } from './review-label-conflicts';
import type { Mislabels } from './review-mislabels';
import { createPictureFinder } from './review-pictures';
import { findPossibleDuplicates, findRepeatedInstances } from './review-twins';

/** Finds the images with one reason, among those that are in the dataset. */
export type Finder = (project: OpenProject) => readonly ReviewFinding[] | Promise<readonly ReviewFinding[]>;

/** What finds the images with these reasons. */
export interface ReviewFinder {
  readonly reasons: readonly ReviewReason[];
  readonly find: Finder;
}

export const createFinders = (mislabels: Mislabels): readonly ReviewFinder[] => [
  { reasons: ['label-conflict'], find: ({ store }) => findLabelConflicts(store) },
  { reasons: ['possible-duplicate'], find: ({ store }) => findPossibleDuplicates(store) },
  { reasons: ['repeated-instance'], find: ({ store }) => findRepeatedInstances(store) },
  { reasons: ['readers-disagree'], find: readersDisagree },
  { reasons: ['suspected-mislabel'], find: (project) => mislabels.find(project) },
  { reasons: ['burned-in-text', 'odd-picture', 'other-modality'], find: createPictureFinder() },
];

export interface Found {
  /** By reason, then the surest first. */
  readonly findings: readonly ReviewFinding[];
  /** The same by reason and image: there may be as many as there are images. */
  readonly byReason: ReadonlyMap<ReviewReason, ReadonlyMap<number, ReviewFinding>>;
  /** What a finder failed with; the others' findings stand. */
  readonly failures: readonly { readonly reasons: readonly ReviewReason[]; readonly error: unknown }[];
}

/** Asks all finders. Others get their turn between two of them. */
export async function findAll(project: OpenProject, finders: readonly ReviewFinder[]): Promise<Found> {
  const byReason = new Map<ReviewReason, ReviewFinding[]>(reviewReasons.map((reason) => [reason, []]));
  const failures: { reasons: readonly ReviewReason[]; error: unknown }[] = [];
  for (const { reasons, find } of finders) {
    try {
      for (const finding of await find(project)) byReason.get(finding.reason)?.push(finding);
    } catch (error) {
      failures.push({ reasons, error });
    }
    await setImmediate();
  }
  // What is equally sure stays in its finder's order: twins one after the other.
  const findings = [...byReason.values()].flatMap((found) => found.sort((a, b) => b.weight - a.weight));
  return {
    findings,
    byReason: new Map([...byReason].map(([reason, found]) => [reason, new Map(found.map((one) => [one.image, one]))])),
    failures,
  };
}
