import { FoveaError } from '#shared/ipc/errors';
import { LEAST_DISTILLATION_IMAGES } from '#shared/models/distillation';
import { joinGroups } from '#shared/splitting/join-groups';
import { formatCount } from '#shared/text/number';
import type { ProjectStore } from '../../store/open';
import { allPlacedImages, type PlacedImage } from '../../store/placed-images';
import { currentSplit } from '../../store/splits';
import { duplicateGroups } from '../duplicates/duplicate-groups';
import { findPeople } from '../patients/same-person';

/**
 * Returns the images that a distillation may use: those of the train split and those without a label, except images
 * that share a person, a study, a file or a group of duplicates, directly or through others, with an image of validation
 * or test.
 *
 * @throws FoveaError `no_split` if there are labels but no split, so that nothing is set aside; `too_few_images`
 */
export function distillationImages(store: ProjectStore): readonly PlacedImage[] {
  const images = allPlacedImages(store);
  if (currentSplit(store) === null && images.some(({ isLabelled }) => isLabelled)) {
    throw new FoveaError('no_split', 'There is no split yet.', {
      hint: 'Create one in the split editor first, so that the test images stay unseen.',
    });
  }
  const groups = groupsOf(store, images);
  const setAside = new Set(
    images.flatMap(({ split }, index) => (split === 'validation' || split === 'test' ? [groups[index]] : [])),
  );
  const usable = images.filter(
    ({ split, isLabelled }, index) => (split === 'train' || !isLabelled) && !setAside.has(groups[index]),
  );
  if (usable.length < LEAST_DISTILLATION_IMAGES) {
    throw new FoveaError(
      'too_few_images',
      `A distillation needs at least ${LEAST_DISTILLATION_IMAGES} images outside validation and test; there are ${formatCount(usable.length)}.`,
      { hint: 'Import more images. They need no labels.' },
    );
  }
  return usable;
}

/** The group of each image. */
function groupsOf(store: ProjectStore, images: readonly PlacedImage[]): readonly (number | null)[] {
  const people = findPeople(store);
  const alike = new Map<number, string[]>();
  for (const { id, linked } of duplicateGroups(store)) {
    for (const image of linked) alike.set(image, [...(alike.get(image) ?? []), id]);
  }
  return joinGroups(
    images.map(({ image, hash, patient, study }) => [
      `file ${hash}`,
      ...(patient === null ? [] : [`patient ${people.personOf(patient)}`]),
      ...(study === null || !people.binds(study) ? [] : [`study ${study}`]),
      ...(alike.get(image) ?? []).map((id) => `duplicates ${id}`),
    ]),
  );
}
