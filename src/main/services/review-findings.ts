import { setImmediate } from 'node:timers/promises';
import { type ReviewFinding, type ReviewReason, reviewReasons } from '#shared/models/review';
import type { OpenProject } from './projects';
import { findLabelConflicts } from './review-label-conflicts';
import type { Mislabels } from './review-mislabels';

/** Finds the images with one reason, among those that are in the dataset. */
export type Finder = (project: OpenProject) => readonly ReviewFinding[] | Promise<readonly ReviewFinding[]>;

/** Every finder, by the reason that it finds. */
export const createFinders = (mislabels: Mislabels): Partial<Record<ReviewReason, Finder>> => ({
  'label-conflict': ({ store }) => findLabelConflicts(store),
  'suspected-mislabel': (project) => mislabels.find(project),
});

export interface Found {
  /** By reason, then the surest first. */
  readonly findings: readonly ReviewFinding[];
  /** What a finder failed with; the others' findings stand. */
  readonly failures: readonly { readonly reason: ReviewReason; readonly error: unknown }[];
}

/** Asks all finders. Others get their turn between two of them. */
export async function findAll(project: OpenProject, finders: Partial<Record<ReviewReason, Finder>>): Promise<Found> {
  const findings: ReviewFinding[] = [];
  const failures: { reason: ReviewReason; error: unknown }[] = [];
  for (const reason of reviewReasons) {
    const find = finders[reason];
    if (find === undefined) continue;
    try {
      const found = [...(await find(project))].filter((finding) => finding.reason === reason);
      // What is equally sure stays in its finder's order: twins one after the other.
      found.sort((a, b) => b.weight - a.weight);
      for (const finding of found) findings.push(finding);
    } catch (error) {
      failures.push({ reason, error });
    }
    await setImmediate();
  }
  return { findings, failures };
}
