import { inParallel } from '#shared/async/in-parallel';
import { type Alignment, alignmentText, SAME_PICTURE } from '#shared/duplicates/picture-alignment';
import { createRandom, shuffle } from '#shared/imaging/random';
import type { DecodePool } from '../../decode-host/client';
import type { FoundPair } from '../../store/duplicates';
import type { ProjectStore } from '../../store/open';
import { type CachedImage, findImportedRasters } from '../cache/find-pictures';
import type { OpenProject } from '../project/projects';
import type { SearchOptions } from './search-options';

/** Pairs aligned concurrently. The pool has its own limit, and fits other work in between. */
const AT_ONCE = 4;

/**
 * Aligns the rasters of each pair of images (`straight`: without mirroring or rotation). Null where a raster is missing
 * or unreadable.
 */
export async function alignPairs(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  pairs: readonly { readonly a: number; readonly b: number }[],
  straight: boolean,
  { signal, onProgress }: SearchOptions,
): Promise<(Alignment | null)[]> {
  const images = project.store.all<Required<CachedImage>>(
    'SELECT id AS image, hash, frame FROM images WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(pairs.flatMap(({ a, b }) => [a, b])),
  );
  const rasters = findImportedRasters(project, images);
  const places = new Map(images.map(({ image }, index) => [image, rasters[index] ?? null]));
  let done = 0;
  return inParallel(pairs, AT_ONCE, async ({ a, b }) => {
    signal?.throwIfAborted();
    const [first, second] = [places.get(a) ?? null, places.get(b) ?? null];
    const alignment =
      first === null || second === null ? null : await pool.align({ first, second, straight }).catch(() => null);
    onProgress?.('comparing-pictures', ++done, pairs.length);
    return alignment;
  });
}

/** Pairs of kin (similar images, not copies) that estimate the usual similarity; fewer than the minimum cannot. */
const MAX_KIN = 24;
const MIN_KIN = 8;
/** A copy is nearer than this share of the usual distance between kin. */
const NEARER_THAN_KIN = 0.5;
/** Highest limit on the similarity: compression leaves no more. */
const MAX_LIMIT = 0.97;

/**
 * Minimum similarity at which two images of a project count as the same picture: `SAME_PICTURE`, or more where images
 * that are not copies (`kin`) are very similar themselves, as radiographs of one projection are.
 */
export async function samePictureLimit(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  kin: readonly { readonly a: number; readonly b: number }[],
  straight: boolean,
  options: SearchOptions,
): Promise<number> {
  const alignments = await alignPairs(project, pool, kin.slice(0, MAX_KIN), straight, options);
  const similarities = alignments.flatMap((one) => one?.similarity ?? []).sort((a, b) => a - b);
  if (similarities.length < MIN_KIN) return SAME_PICTURE;
  // The upper quartile, not the maximum: some of the pairs may be copies after all.
  const usual = similarities[Math.floor(0.75 * similarities.length)] as number;
  return Math.min(MAX_LIMIT, Math.max(SAME_PICTURE, 1 - NEARER_THAN_KIN * (1 - usual)));
}

/** Random pairs of images with different pixels. Deterministic for the same images. */
export function randomPairs(store: ProjectStore): { readonly a: number; readonly b: number }[] {
  const images = store.column<number>(
    `SELECT min(image_id) FROM pictures JOIN images ON images.id = image_id
     WHERE removed_at IS NULL AND frame = 0 GROUP BY content ORDER BY 1`,
  );
  if (images.length < 2 * MIN_KIN) return [];
  const drawn = shuffle(images, createRandom(images.length, 7)).slice(0, 2 * MAX_KIN);
  return drawn.flatMap((a, index) =>
    index % 2 === 0 && index + 1 < drawn.length ? [{ a, b: drawn[index + 1] as number }] : [],
  );
}

/** The pairs whose rasters show the same picture once aligned (similarity of at least `limit`), as they are stored. */
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
