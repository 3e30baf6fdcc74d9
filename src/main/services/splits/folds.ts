import { FoveaError } from '#shared/ipc/errors';
import type { FoldPlan } from '#shared/models/experiment';
import { countPatients } from '#shared/models/patient-count';
import { foldItems } from '#shared/splitting/folds';
import { currentSplit, splitCandidates } from '../../store/splits';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import { findPeople } from '../patients/same-person';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import { collectSamples, namesPatient } from '../run-records/run-samples';
import { toSplitItems } from './split-items';

export interface DealtFolds {
  readonly plan: FoldPlan;
  /** For each fold, the samples of the run validated on it: all images of the folds, with their split. */
  readonly samples: readonly (readonly RunSample[])[];
}

/**
 * Deals the train and validation images of the current split into folds, stratified by class, with patients and
 * duplicates kept together. Deterministic for the same images and seed. Test images are in no fold. Throws `no_split`.
 */
export function dealFolds(project: OpenProject, classes: readonly string[], folds: number, seed: number): DealtFolds {
  if (currentSplit(project.store) === null) {
    throw new FoveaError('no_split', 'There is no split yet.', {
      hint: 'Create one in Data. Folds use its training and validation images, and the test images stay separate.',
    });
  }
  const pool = collectSamples(project, classes).filter(({ part }) => part !== 'test');
  const known = new Map(pool.map((sample) => [sample.image, sample]));
  const items = toSplitItems(
    splitCandidates(project.store).filter(({ id }) => known.has(id)),
    'patient',
    keptTogether(duplicateGroups(project.store)),
    findPeople(project.store),
  );
  const foldOf = foldItems(items, folds, seed);
  const inFold = (fold: number): RunSample[] => pool.filter(({ image }) => foldOf.get(image) === fold);
  const isNamed = namesPatient(project);
  const numbers = Array.from({ length: folds }, (_, fold) => fold);

  const foldsOfGroup = new Map<number, Set<number | undefined>>();
  for (const { id, group } of items) {
    if (group === null) continue;
    foldsOfGroup.set(group, (foldsOfGroup.get(group) ?? new Set()).add(foldOf.get(id)));
  }
  const counts = numbers.map((fold) => {
    const here = inFold(fold);
    return classes.map((_, label) => here.filter((sample) => sample.label === label).length);
  });
  const { problems, warnings } = foldAdvice(classes, counts);
  return {
    plan: {
      folds: numbers.map((fold) => ({
        images: inFold(fold).length,
        ...countPatients(inFold(fold), isNamed),
        counts: Object.fromEntries(classes.map((label, index) => [label, counts[fold]?.[index] ?? 0])),
      })),
      groupsAcrossFolds: [...foldsOfGroup.values()].filter((of) => of.size > 1).length,
      problems,
      warnings,
    },
    samples: numbers.map((fold) =>
      pool.map((sample) => ({ ...sample, part: foldOf.get(sample.image) === fold ? 'validation' : 'train' })),
    ),
  };
}

/** `counts[fold][class]` */
function foldAdvice(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
): Pick<FoldPlan, 'problems' | 'warnings'> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const few = `Use fewer folds, or add images of more patients.`;
  if (counts.some((fold) => fold.every((count) => count === 0))) {
    problems.push(`There are fewer patients (or images) than folds. ${few}`);
  }
  for (const [label, name] of classes.entries()) {
    const folds = counts.filter((fold) => (fold[label] ?? 0) > 0).length;
    if (folds === 1) {
      problems.push(
        `All images of “${name}” belong together (one patient, or duplicates), so the model of their fold would never see the class. Add images of other patients, or remove the class.`,
      );
    } else if (folds > 1 && folds < counts.length) {
      warnings.push(`“${name}” has images in only ${folds} of ${counts.length} folds. ${few}`);
    }
  }
  return { problems, warnings };
}
