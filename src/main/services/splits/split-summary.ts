import { type SplitSummary, splitNames } from '#shared/models/dataset';
import { splitDeviation } from '#shared/splitting/split';
import { type ClassCounts, classCounts, type ImageGroup, imageGroups, patientsBySplit } from '../../store/counts';
import { classesByName } from '../../store/labels';
import { currentSplit } from '../../store/splits';
import { duplicateGroups, findLeaks, keptTogether, type MemberGroup } from '../duplicates/duplicate-groups';
import type { OpenProject } from '../project/projects';
import { signOffOf } from './sign-offs';
import { splitWarnings } from './split-warnings';

export interface Counted {
  readonly groups: readonly ImageGroup[];
  readonly duplicates: readonly MemberGroup[];
}

/** Summarises the current split: counts, patients, leaks and warnings. Null if there is no split. */
export function summarizeSplit(project: OpenProject, counted?: Counted): SplitSummary | null {
  const split = currentSplit(project.store);
  if (split === null) return null;
  const { groups, duplicates } = counted ?? {
    groups: imageGroups(project.store),
    duplicates: duplicateGroups(project.store),
  };
  const byClass = classCounts(groups);
  const classes = classesByName(project.store).flatMap(({ id, name }) => {
    const of = byClass.get(id);
    return of === undefined ? [] : [{ name, ...of }];
  });
  const people = patientsBySplit(groups);
  const leaks = findLeaks(project.store, groups, duplicates);
  const total = (pick: (one: ClassCounts) => number) => classes.reduce((sum, one) => sum + pick(one), 0);
  const counts = { train: byName(), validation: byName(), test: byName() };
  for (const one of classes) {
    for (const name of splitNames) if (one.splits[name] > 0) counts[name][one.name] = one.splits[name];
  }
  return {
    id: split.id,
    seed: split.seed,
    group: split.grouping,
    createdAt: split.created_at,
    counts,
    outside: total((one) => one.outside),
    patients: { train: people.train.patients, validation: people.validation.patients, test: people.test.patients },
    withoutPatient: {
      train: people.train.withoutPatient,
      validation: people.validation.withoutPatient,
      test: people.test.withoutPatient,
    },
    keepDuplicatesTogether: split.keepDuplicates,
    groupsAcrossSplits: leaks.groups,
    patientsAcrossSplits: leaks.patients,
    duplicatesAcrossSplits: leaks.duplicates,
    deviation: splitDeviation(
      classes.map((one) =>
        splitNames.map((name) => (name === 'test' && split.heldOut !== null ? 0 : one.splits[name])),
      ),
      split,
    ),
    heldOut: split.heldOut,
    signOff: signOffOf(project.store, split, leaks),
    warnings: [
      ...split.warnings,
      ...splitWarnings({
        groupBy: split.grouping,
        expected: splitNames.filter(
          (name) => name === 'train' || split[name] > 0 || (name === 'test' && split.heldOut !== null),
        ),
        counts,
        classes: classes.map((one) => ({
          name: one.name,
          groups: split.grouping === 'none' ? one.images : (one.patients ?? 0) + one.withoutPatient,
          areKnown: one.withoutPatient === 0,
        })),
        leaks,
        largestGroup: split.keepDuplicates ? largest(keptTogether(duplicates)) : 0,
        commonImages: duplicates.reduce((sum, one) => sum + (one.common ? one.images.length : 0), 0),
        outside: total((one) => one.outside),
        withoutPatient: total((one) => one.withoutPatient),
        images: total((one) => one.images),
      }),
    ],
  };
}

const largest = (groups: readonly MemberGroup[]): number =>
  groups.reduce((most, one) => Math.max(most, one.images.length), 0);

/** Without a prototype: class names are free text, and one may be “constructor”. */
const byName = (): Record<string, number> => Object.create(null) as Record<string, number>;
