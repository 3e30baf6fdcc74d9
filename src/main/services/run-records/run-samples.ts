import { createHash } from 'node:crypto';
import { type SplitName, splitNames } from '#shared/models/dataset';
import { classCounts } from '#shared/training/plan';
import { fileGroups } from '../../store/identity';
import { labelledMembers, type SplitMember, splitMembers } from '../../store/splits';
import type { OpenProject } from '../project/projects';
import type { RunSample } from './run-files';

/** The labelled images of the current split, by split and id. Images of other classes than `classes` are left out. */
export const collectSamples = (project: OpenProject, classes: readonly string[]): RunSample[] =>
  splitNames.flatMap((split) => toSamples(splitMembers(project.store, split), classes, split));

/** `collectSamples` for a split that is not stored. */
export function plannedSamples(
  { store }: OpenProject,
  members: ReadonlyMap<number, SplitName>,
  classes: readonly string[],
): RunSample[] {
  const labelled = labelledMembers(store);
  return splitNames.flatMap((split) =>
    toSamples(
      labelled.filter(({ id }) => members.get(id) === split),
      classes,
      split,
    ),
  );
}

function toSamples(members: readonly SplitMember[], classes: readonly string[], part: SplitName): RunSample[] {
  const index = new Map(classes.map((label, position) => [label, position]));
  return members.flatMap(({ id, hash, frame, label, patient }) => {
    const position = index.get(label);
    return position === undefined
      ? []
      : [{ image: id, hash, ...(frame === 0 ? {} : { frame }), part, label: position, patient }];
  });
}

export const samplesOf = (samples: readonly RunSample[], split: SplitName): RunSample[] =>
  samples.filter((sample) => sample.part === split);

/** Number of images of each class, in class order. */
export const countClasses = (samples: readonly RunSample[], classes: number): number[] =>
  classCounts(
    samples.map(({ label }) => label),
    classes,
  );

/** SHA-256 of the content, label and split of the images, independent of their order and ids. */
export function hashSamples(
  samples: readonly RunSample[],
  classes: readonly string[],
): { readonly dataset: string; readonly split: string } {
  const content = ({ hash, frame }: RunSample) => (frame === undefined ? hash : `${hash} frame ${frame}`);
  const digest = (line: (sample: RunSample) => readonly unknown[]): string => {
    const hash = createHash('sha256');
    for (const text of samples.map((sample) => JSON.stringify(line(sample))).sort()) hash.update(`${text}\n`);
    return hash.digest('hex');
  };
  return {
    dataset: digest((one) => [content(one), classes[one.label] ?? null]),
    split: digest((one) => [content(one), one.part]),
  };
}

/** Returns a test of whether a patient number identifies a person, not just a file: see `fileGroupNumber`. */
export function namesPatient({ store }: Pick<OpenProject, 'store'>): (patient: number) => boolean {
  const unnamed = fileGroups(store);
  return (patient) => !unnamed.has(patient);
}
