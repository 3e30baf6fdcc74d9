import { setImmediate } from 'node:timers/promises';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import type { ProjectStore } from '../../store/open';
import { type Background, placeOf } from '../core/background';
import type { OpenProject } from '../project/projects';
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

export const createFinders = (mislabels: Mislabels, background: Background): readonly ReviewFinder[] => [
  {
    reasons: ['label-conflict', 'readers-disagree'],
    find: async (project) => {
      if (!mayDisagree(project.store)) return [];
      const { conflicts, readers } = await background('findDisagreements', { project: placeOf(project) });
      return [...conflicts, ...readers];
    },
  },
  { reasons: ['who-is-who'], find: (project) => background('findWhoIsWho', { project: placeOf(project) }) },
  { reasons: ['possible-duplicate'], find: ({ store }) => findPossibleDuplicates(store) },
  { reasons: ['repeated-instance'], find: ({ store }) => findRepeatedInstances(store) },
  { reasons: ['suspected-mislabel'], find: (project) => mislabels.find(project) },
  { reasons: ['burned-in-text', 'odd-picture', 'other-modality'], find: createPictureFinder(background) },
];

/** Most projects have none, and every label that is given asks. */
function mayDisagree(store: ProjectStore): boolean {
  const [found] = store.column<number>(
    `SELECT EXISTS (SELECT 1 FROM duplicate_pairs) OR EXISTS (SELECT 1 FROM readings)
       OR EXISTS (SELECT 1 FROM label_claims)`,
  );
  return found === 1;
}

export interface Found {
  /** By reason, then the surest first. */
  readonly findings: readonly ReviewFinding[];
  /** The same by reason and image: there may be as many as there are images. */
  readonly byReason: ReadonlyMap<ReviewReason, ReadonlyMap<number, ReviewFinding>>;
  /** What a finder failed with; the others' findings stand. */
  readonly failures: readonly { readonly reasons: readonly ReviewReason[]; readonly error: unknown }[];
}

/** Asks all finders. Others get their turn between two of them, and between two reasons. */
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
  const findings: ReviewFinding[] = [];
  const byImage = new Map<ReviewReason, ReadonlyMap<number, ReviewFinding>>();
  for (const [reason, found] of byReason) {
    // What is equally sure stays in its finder's order: twins one after the other.
    for (const finding of found.sort((a, b) => b.weight - a.weight)) findings.push(finding);
    byImage.set(reason, new Map(found.map((one) => [one.image, one])));
    await setImmediate();
  }
  return { findings, byReason: byImage, failures };
}
