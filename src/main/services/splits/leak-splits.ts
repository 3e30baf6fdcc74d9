import { FoveaError } from '#shared/ipc/errors';
import type { LeakPlan } from '#shared/models/leak';
import { countPatients } from '#shared/models/patient-count';
import type { SignOff } from '#shared/models/sign-off';
import { type SplitShares, splitItems } from '#shared/splitting/split';
import { labelledMembers, splitCandidates } from '../../store/splits';
import {
  countLeaks,
  duplicateGroups,
  keptTogether,
  type Leaks,
  type MemberGroup,
} from '../duplicates/duplicate-groups';
import { findPeople, type People } from '../patients/same-person';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import { countClasses, namesPatient, samplesOf } from '../run-records/run-samples';
import { toSplitItems } from './split-items';

export interface DealtLeak {
  readonly plan: LeakPlan;
  /** Drawn image by image, so patients and duplicates may be in several splits. */
  readonly leaking: readonly RunSample[];
  /** Drawn by whole patients and duplicate groups. */
  readonly grouped: readonly RunSample[];
  /** Sign-off of the leaking split. */
  readonly signOff: SignOff;
}

/**
 * Deals all labelled images into two splits with equal shares and seed, one that ignores groups and one that keeps them
 * together. The current split stays as it is. Throws `no_labels`.
 */
export function dealLeak(
  project: OpenProject,
  classes: readonly string[],
  shares: SplitShares & { readonly seed: number },
): DealtLeak {
  const candidates = splitCandidates(project.store);
  if (candidates.length === 0) {
    throw new FoveaError('no_labels', 'No labelled images yet.', {
      hint: 'Label images on the Data screen, or import them with labels.',
    });
  }
  const duplicates = keptTogether(duplicateGroups(project.store));
  const index = new Map(classes.map((label, position) => [label, position]));
  const members = labelledMembers(project.store);
  const people = findPeople(project.store);
  const deal = (group: 'patient' | 'none', together: readonly MemberGroup[]): RunSample[] => {
    const splits = splitItems(toSplitItems(candidates, group, together, people), shares, shares.seed);
    return members.flatMap(({ id, hash, frame, label, patient }) => {
      const [part, position] = [splits.get(id), index.get(label)];
      return part === undefined || position === undefined
        ? []
        : [{ image: id, hash, ...(frame === 0 ? {} : { frame }), part, label: position, patient }];
    });
  };
  const leaking = deal('none', []);
  const grouped = deal('patient', duplicates);
  const leaks = leaksAmong(leaking, duplicates, people);
  const isNamed = namesPatient(project);
  const problems: string[] = [];
  if (leaks.groups === 0) {
    problems.push('No leak is possible: no patient is known to have two images, and no similar images are known.');
  }
  for (const [name, samples] of [
    ['with the leak', leaking],
    ['grouped', grouped],
  ] as const) {
    for (const split of ['train', 'validation', 'test'] as const) {
      const own = samplesOf(samples, split);
      const missing = classes.filter((_, label) => countClasses(own, classes.length)[label] === 0);
      if (missing.length > 0) {
        problems.push(`The ${split} split ${name} has no images of ${missing.map((one) => `“${one}”`).join(', ')}.`);
      }
    }
  }
  return {
    plan: {
      leaking: { ...leaks, splits: splitSizes(leaking, isNamed) },
      grouped: { splits: splitSizes(grouped, isNamed) },
      problems,
    },
    leaking,
    grouped,
    signOff: { name: 'Fovea', reason: 'made to measure the leak', at: new Date().toISOString(), ...leaks },
  };
}

const splitSizes = (
  samples: readonly RunSample[],
  isNamed: (patient: number) => boolean,
): LeakPlan['grouped']['splits'] => {
  const size = (split: RunSample['part']) => {
    const own = samplesOf(samples, split);
    return { images: own.length, ...countPatients(own, isNamed) };
  };
  return { train: size('train'), validation: size('validation'), test: size('test') };
};

function leaksAmong(samples: readonly RunSample[], duplicates: readonly MemberGroup[], people: People): Leaks {
  const splits = new Map(samples.map(({ image, part }) => [image, part]));
  const leaking = duplicates.filter(
    ({ images }) => new Set(images.flatMap((image) => splits.get(image) ?? [])).size > 1,
  );
  const placed = samples.map(({ patient, part }) => ({ patient, split: part }));
  return countLeaks(placed, leaking, people.personOf);
}
