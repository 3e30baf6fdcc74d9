import type { SplitName } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';

/** Test images of a class below which its metrics are unreliable. */
export const MIN_TEST_IMAGES = 30;

/** Share of the images above which a duplicate group is more likely a type of image than copies. */
const LARGE_GROUP = 0.1;

export interface SplitFigures {
  readonly groupBy: 'patient' | 'none' | 'folders';
  /** Splits that should have images. */
  readonly expected: readonly SplitName[];
  readonly counts: Readonly<Record<SplitName, Readonly<Record<string, number>>>>;
  /** Every class with images. `groups` counts patients, and images whose patient is unknown or not used. */
  readonly classes: readonly { readonly name: string; readonly groups: number; readonly areKnown: boolean }[];
  /** Patients and duplicate groups in more than one split. */
  readonly leaks: { readonly patients: number; readonly duplicates: number };
  /** Images of the largest duplicate group that was kept together. */
  readonly largestGroup: number;
  /** Images of groups that make up most of a class, and so are not kept together. */
  readonly commonImages: number;
  /** Labelled images in no split. */
  readonly outside: number;
  readonly withoutPatient: number;
  /** Labelled images. */
  readonly images: number;
}

/** Warnings about a split, as sentences, for a person about to train on it. */
export function splitWarnings(figures: SplitFigures): string[] {
  const warnings: string[] = [];
  const { patients, duplicates } = figures.leaks;
  if (patients > 0) {
    warnings.push(
      `${formatQuantity(patients, 'patient')} in more than one split: results would look better than they are.`,
    );
  }
  if (duplicates > 0) {
    warnings.push(
      `${formatQuantity(duplicates, 'group')} of duplicate images in more than one split: results would look better than they are.`,
    );
  }
  if (figures.commonImages > 0) {
    warnings.push(
      `${formatQuantity(figures.commonImages, 'image')} look alike because their class looks like this; they are not kept together as duplicates.`,
    );
  }
  if (figures.largestGroup > figures.images * LARGE_GROUP) {
    warnings.push(
      `${formatQuantity(figures.largestGroup, 'image')} look alike and form one group. If they are not copies of each other, mark them in Duplicates, then split again.`,
    );
  }
  for (const split of figures.expected) {
    const of = figures.counts[split];
    if (Object.keys(of).length === 0) {
      warnings.push(`The ${split} split is empty.`);
      continue;
    }
    for (const { name, groups, areKnown } of figures.classes) {
      if ((of[name] ?? 0) > 0) continue;
      const unit = figures.groupBy === 'none' || !areKnown ? 'image' : 'patient';
      const why = groups < figures.expected.length ? `: it has only ${formatQuantity(groups, unit)}` : '';
      warnings.push(`“${name}” is missing from the ${split} split${why}.`);
    }
  }
  const small = figures.classes.filter(({ name }) => {
    const n = figures.counts.test[name] ?? 0;
    return n > 0 && n < MIN_TEST_IMAGES;
  });
  if (small.length > 0) {
    const list = small.map(({ name }) => `“${name}” (${figures.counts.test[name]})`).join(', ');
    warnings.push(`Fewer than ${MIN_TEST_IMAGES} test images of ${list}: too few to measure performance reliably.`);
  }
  if (figures.groupBy !== 'none' && figures.withoutPatient > 0) {
    warnings.push(
      figures.withoutPatient === figures.images
        ? 'Patients are unknown: images of one person may be in several splits.'
        : `${formatQuantity(figures.withoutPatient, 'image')} without a known patient: images of one person may be in several splits.`,
    );
  }
  if (figures.outside > 0) {
    warnings.push(
      `${formatQuantity(figures.outside, 'labelled image')} outside this split: add them to it, or split again.`,
    );
  }
  return warnings;
}
