import { foldItems } from '#shared/splitting/folds';
import type { SplitItem } from '#shared/splitting/split';
import type { GroupedFolds } from '../../engine-host/core/protocol';
import { splitCandidates } from '../../store/splits';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import { findPeople } from '../patients/same-person';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import { toSplitItems } from './split-items';

/** Fewer would leave much less to train on, more would take longer. */
const FOLDS = 5;

/**
 * Deals the images of a run into folds, in their order, stratified by class, with patients and duplicates together.
 * Images that have been removed since the run was created are on their own. Deterministic for the same images and seed.
 */
export function dealRunFolds({ store }: OpenProject, samples: readonly RunSample[], seed: number): GroupedFolds {
  const wanted = new Set(samples.map(({ image }) => image));
  const items = new Map(
    toSplitItems(
      splitCandidates(store).filter(({ id }) => wanted.has(id)),
      'patient',
      keptTogether(duplicateGroups(store)),
      findPeople(store),
    ).map((item) => [item.id, item]),
  );
  const complete = samples.map(
    ({ image, label }): SplitItem => ({ id: image, label, group: items.get(image)?.group ?? null }),
  );
  const foldOf = foldItems(complete, FOLDS, seed);
  const highest = complete.reduce((most, { group }) => Math.max(most, group ?? 0), 0);
  return {
    folds: complete.map(({ id }) => foldOf.get(id) ?? 0),
    groups: complete.map(({ group }, index) => group ?? highest + 1 + index),
  };
}
