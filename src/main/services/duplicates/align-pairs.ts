import { type Alignment, alignmentText, SAME_PICTURE } from '#shared/duplicates/picture-alignment';
import { createRandom, shuffle } from '#shared/imaging/random';
import type { DecodePool } from '../../decode-host/client';
import type { FoundPair } from '../../store/duplicates';
import type { ProjectStore } from '../../store/open';
import { findRasters } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { SearchOptions } from './search-options';

/** Pairs that are laid over each other at once; the pool has its own limit, and others' work between these. */
const AT_ONCE = 4;

/**
 * Lays the rasters of each pair of images over each other (`straight`: as they are). Null where a raster is not there or
 * cannot be read.
 */
export async function alignPairs(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  pairs: readonly { readonly a: number; readonly b: number }[],
  straight: boolean,
  { signal, onProgress }: SearchOptions,
): Promise<(Alignment | null)[]> {
  const raster = findRasters(project.folder);
  const paths = new Map(
    project.store
      .all<{ id: number; hash: string; frame: number }>(
        'SELECT id, hash, frame FROM images WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(pairs.flatMap(({ a, b }) => [a, b])),
      )
      .map(({ id, hash, frame }) => [id, raster(hash, frame)]),
  );
  const alignments: (Alignment | null)[] = pairs.map(() => null);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < pairs.length) {
      const index = next++;
      const pair = pairs[index];
      const [first, second] = [paths.get(pair?.a ?? -1) ?? null, paths.get(pair?.b ?? -1) ?? null];
      signal?.throwIfAborted();
      if (first !== null && second !== null) {
        alignments[index] = await pool.align({ first, second, straight }).catch(() => null);
      }
      onProgress?.('comparing-pictures', ++done, pairs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, pairs.length) }, work));
  return alignments;
}

/** Pairs of kin that say how alike the pictures of a project are in general; fewer than the least say nothing. */
const KIN_ASKED = 24;
const LEAST_KIN = 8;
/** A copy is nearer than this share of the distance that kin have; never asked for is more than compression leaves. */
const NEARER_THAN_KIN = 0.5;
const MOST_ASKED_FOR = 0.97;

/**
 * The similarity from which two pictures of a project are the same: `SAME_PICTURE`, and more where pictures that are no
 * copies (`kin`) agree by much themselves, as radiographs of one projection do.
 */
export async function samePictureLimit(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  kin: readonly { readonly a: number; readonly b: number }[],
  straight: boolean,
  options: SearchOptions,
): Promise<number> {
  const alignments = await alignPairs(project, pool, kin.slice(0, KIN_ASKED), straight, options);
  const similarities = alignments.flatMap((one) => one?.similarity ?? []).sort((a, b) => a - b);
  if (similarities.length < LEAST_KIN) return SAME_PICTURE;
  // Some of them may be copies after all.
  const usual = similarities[Math.floor(0.75 * similarities.length)] as number;
  return Math.min(MOST_ASKED_FOR, Math.max(SAME_PICTURE, 1 - NEARER_THAN_KIN * (1 - usual)));
}

/** Pairs of pictures drawn at random, the same for the same pictures. */
export function drawnPairs(store: ProjectStore): { readonly a: number; readonly b: number }[] {
  const images = store.column<number>(
    `SELECT min(image_id) FROM pictures JOIN images ON images.id = image_id
     WHERE removed_at IS NULL AND frame = 0 GROUP BY content ORDER BY 1`,
  );
  if (images.length < 2 * LEAST_KIN) return [];
  const drawn = shuffle(images, createRandom(images.length, 7)).slice(0, 2 * KIN_ASKED);
  return drawn.flatMap((a, index) =>
    index % 2 === 0 && index + 1 < drawn.length ? [{ a, b: drawn[index + 1] as number }] : [],
  );
}

/** What is stored of the pairs whose pixels show one picture when they are laid over each other. */
export async function confirmPairs(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  pairs: readonly { readonly a: number; readonly b: number }[],
  limit: number,
  options: SearchOptions,
): Promise<FoundPair[]> {
  const alignments = await alignPairs(project, pool, pairs, false, options);
  return pairs.flatMap(({ a, b }, index) => {
    const alignment = alignments[index];
    if (alignment == null || alignment.similarity < limit) return [];
    return [{ a, b, similarity: alignment.similarity, exact: false, alignment: alignmentText(alignment) }];
  });
}
