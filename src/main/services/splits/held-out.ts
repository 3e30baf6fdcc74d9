import { FoveaError } from '#shared/ipc/errors';
import type { SplitName } from '#shared/models/dataset';
import type { HeldOut, OriginCount, OriginKind, OriginList } from '#shared/models/held-out';
import { type SplitItem, splitItems } from '#shared/splitting/split';
import { formatQuantity } from '#shared/text/number';
import { groupPatients } from '../../store/counts';
import { classesByName } from '../../store/labels';
import type { ProjectStore } from '../../store/open';
import { imageOrigins, type OriginGroup, originGroups } from '../../store/origins';
import { namesPatient } from '../run-records/run-samples';

/** Sites, scanners or stations with their labelled images, the largest first, equal ones by name. */
export function listOrigins(store: ProjectStore, by: OriginKind): OriginList {
  const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const isNamed = namesPatient({ store });
  const found = new Map<string, { images: number; groups: OriginGroup[]; classes: Record<string, number> }>();
  let unknown = 0;
  for (const group of originGroups(store, by)) {
    const { value, label, images } = group;
    if (value === null) {
      unknown += images;
      continue;
    }
    const entry = found.get(value) ?? {
      images: 0,
      groups: [],
      // Class names are free text: one may be “constructor”.
      classes: Object.create(null) as Record<string, number>,
    };
    found.set(value, entry);
    entry.images += images;
    entry.groups.push(group);
    const name = names.get(label) ?? '';
    entry.classes[name] = (entry.classes[name] ?? 0) + images;
  }
  const values = [...found].map(
    ([value, { images, groups, classes }]): OriginCount => ({
      value,
      images,
      ...groupPatients(
        groups.map((group) => ({ ...group, isNamed: group.patient !== null && isNamed(group.patient) })),
      ),
      classes,
    }),
  );
  return {
    by,
    values: values.sort((a, b) => b.images - a.images || a.value.localeCompare(b.value, 'en', { numeric: true })),
    unknown,
  };
}

/**
 * Splits with all images of some sites, scanners or stations as the test split. A group (a patient, duplicates) with an
 * image there goes to test as a whole; the other images are drawn into train and validation as usual. Throws
 * `held_out_unknown`, `held_out_all`.
 */
export function heldOutSplits(
  store: ProjectStore,
  items: readonly SplitItem[],
  { by, values }: HeldOut,
  { validation, seed }: { readonly validation: number; readonly seed: number },
): { readonly members: ReadonlyMap<number, SplitName>; readonly notes: string[] } {
  const origins = imageOrigins(store, by);
  const known = new Set(origins.values());
  const absent = values.filter((value) => !known.has(value));
  if (absent.length > 0) {
    throw new FoveaError('held_out_unknown', `No labelled image has the ${by} “${absent[0]}”.`, {
      hint:
        known.size === 0
          ? `No image has a known ${by}. It comes from DICOM files or a table.`
          : `Known values: ${[...known]
              .sort()
              .slice(0, 8)
              .map((value) => `“${value}”`)
              .join(', ')}${known.size > 8 ? ' and others' : ''}.`,
    });
  }
  const wanted = new Set(values);
  const isHeldOut = ({ id }: SplitItem): boolean => wanted.has(origins.get(id) ?? '');
  const groups = new Set(items.filter(isHeldOut).flatMap(({ group }) => group ?? []));
  const isTest = (item: SplitItem): boolean => isHeldOut(item) || (item.group !== null && groups.has(item.group));
  const rest = items.filter((item) => !isTest(item));
  if (new Set(rest.map(({ label }) => label)).size < 2) {
    throw new FoveaError('held_out_all', 'The remaining images have fewer than two classes to train on.', {
      hint: `Hold out fewer, or add images of another ${by}.`,
    });
  }
  const pulled = items.filter((item) => isTest(item) && !isHeldOut(item)).length;
  const unknown = rest.filter(({ id }) => !origins.has(id)).length;
  const notes: string[] = [];
  if (pulled > 0) {
    notes.push(
      `${formatQuantity(pulled, 'image')} of another ${by} also went to the test split, because of patients or duplicates among the held-out images.`,
    );
  }
  if (unknown > 0) {
    notes.push(
      `${formatQuantity(unknown, 'image')} without a known ${by} in training and validation, which may belong to the held-out ${by}.`,
    );
  }
  const members = new Map(splitItems(rest, { validation, test: 0 }, seed));
  for (const item of items) if (isTest(item)) members.set(item.id, 'test');
  return { members, notes };
}
