import { type Alignment, alignmentText, SAME_PICTURE } from '#shared/duplicates/picture-alignment';
import type { DecodePool } from '../decode-host/client';
import type { FoundPair } from '../store/duplicates';
import type { SearchOptions } from './duplicate-search';
import { rasterPaths } from './project-paths';
import type { OpenProject } from './projects';

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
  const raster = rasterPaths(project.folder);
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
      const [first, second] = [paths.get(pair?.a ?? -1), paths.get(pair?.b ?? -1)];
      signal?.throwIfAborted();
      if (first !== undefined && second !== undefined) {
        alignments[index] = await pool.align({ first, second, straight }).catch(() => null);
      }
      onProgress?.('comparing pictures', ++done, pairs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, pairs.length) }, work));
  return alignments;
}

/** What is stored of the pairs whose pixels show one picture when they are laid over each other. */
export async function confirmPairs(
  project: OpenProject,
  pool: Pick<DecodePool, 'align'>,
  pairs: readonly { readonly a: number; readonly b: number }[],
  options: SearchOptions,
): Promise<FoundPair[]> {
  const alignments = await alignPairs(project, pool, pairs, false, options);
  return pairs.flatMap(({ a, b }, index) => {
    const alignment = alignments[index];
    if (alignment == null || alignment.similarity < SAME_PICTURE) return [];
    return [{ a, b, similarity: alignment.similarity, exact: false, alignment: alignmentText(alignment) }];
  });
}
