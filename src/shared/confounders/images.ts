import type { PictureMeasures } from '../imaging/picture-measures';
import { createRandom, shuffle } from '../imaging/random';
import type { ConfounderTag } from '../models/confounders';

/**
 * Labelled images with every property that may predict their class without the finding. Columns, one entry per image.
 */
export interface ConfounderImages {
  readonly classes: readonly string[];
  /** Class indices. */
  readonly labels: Int32Array;
  /** Numbers from 0 without gaps: images of one patient, and duplicates, share one. */
  readonly groups: Uint32Array;
  /** Null: absent from the file. */
  readonly tags: Readonly<Record<ConfounderTag, readonly (string | null)[]>>;
  /** Width and height in pixels, [images, 2]. */
  readonly sizes: Float64Array;
  readonly measures: readonly (Pick<PictureMeasures, 'mean' | 'deviation' | 'border' | 'text'> | null)[];
}

export const groupCount = (groups: Uint32Array): number => groups.reduce((max, group) => Math.max(max, group + 1), 0);

/** Renumbers groups from 0 without gaps, in order of first occurrence. */
export function renumber(groups: Iterable<number>): Uint32Array {
  const numbers = new Map<number, number>();
  return Uint32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}

/** The images for which `keep` is true, and the classes that remain; labels and groups are renumbered. */
export function selectImages(images: ConfounderImages, keep: (index: number) => boolean): ConfounderImages {
  const kept = Array.from(images.labels.keys()).filter(keep);
  const present = new Set(kept.map((index) => images.labels[index]));
  const used = images.classes.flatMap((_, label) => (present.has(label) ? [label] : []));
  const pick = <T>(column: readonly T[]): T[] => kept.map((index) => column[index] as T);
  return {
    classes: used.map((label) => images.classes[label] ?? ''),
    labels: Int32Array.from(kept, (index) => used.indexOf(images.labels[index] ?? -1)),
    groups: renumber(kept.map((index) => images.groups[index] ?? 0)),
    tags: Object.fromEntries(
      Object.entries(images.tags).map(([tag, column]) => [tag, pick(column)]),
    ) as unknown as ConfounderImages['tags'],
    sizes: Float64Array.from(kept.flatMap((index) => [images.sizes[2 * index] ?? 0, images.sizes[2 * index + 1] ?? 0])),
    measures: pick(images.measures),
  };
}

/**
 * Draws at most about `limit` images: whole groups in a random order, until every class has its equal share. Returns
 * all images if there are no more than that.
 */
export function drawImages(images: ConfounderImages, limit: number, seed: number): ConfounderImages {
  const { labels, groups, classes } = images;
  if (labels.length <= limit) return images;
  const members: number[][] = Array.from({ length: groupCount(groups) }, () => []);
  groups.forEach((group, index) => {
    members[group]?.push(index);
  });
  const room = classes.map(() => limit / classes.length);
  const kept = new Set<number>();
  const order = shuffle(
    members.map((_, group) => group),
    createRandom(seed),
  );
  for (const group of order) {
    const own = members[group] ?? [];
    if (!own.some((index) => (room[labels[index] ?? 0] ?? 0) > 0)) continue;
    kept.add(group);
    for (const index of own) {
      const label = labels[index] ?? 0;
      room[label] = (room[label] ?? 0) - 1;
    }
  }
  return selectImages(images, (index) => kept.has(groups[index] ?? -1));
}
