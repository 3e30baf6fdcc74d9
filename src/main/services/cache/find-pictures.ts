import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { loadPlace, type Place, type RasterPlace, rasterFile } from '../../packs/place';
import { cachedPictures } from '../../store/packs';
import {
  packPath,
  RASTERS_AS_STORED,
  rasterName,
  rasterPath,
  thumbnailPath,
  USUAL_RASTERS,
} from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** Kind of a cached picture that is not a raster. */
export const THUMBNAIL = 'thumbnail';

/** An image whose pictures may be cached. */
export interface CachedImage {
  readonly image: number;
  /** SHA-256 of its file. */
  readonly hash: string;
  readonly frame?: number | undefined;
}

/**
 * Returns a test of whether a pack has all bytes up to a given end: the cache may have been deleted. Asks the file
 * system once for each pack, so a test is for one pass over images.
 */
function packTest(): (file: string, end: number) => boolean {
  const sizes = new Map<string, number>();
  return (file, end) => {
    const size = sizes.get(file) ?? statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    sizes.set(file, size);
    return size >= end;
  };
}

function placesInPacks(
  { store, folder }: OpenProject,
  kind: string,
  images: readonly CachedImage[],
): Map<number, Place> {
  const isWhole = packTest();
  const places = new Map<number, Place>();
  for (const { image, pack, ...span } of cachedPictures(
    store,
    kind,
    images.map((one) => one.image),
  )) {
    const file = packPath(folder, pack);
    if (isWhole(file, span.offset + span.length)) places.set(image, { file, ...span });
  }
  return places;
}

/** The cached rasters of images, in order, with `key` of a pipeline; null where there is none. */
export function findRasters(project: OpenProject, key: string, images: readonly CachedImage[]): (RasterPlace | null)[] {
  const places = placesInPacks(project, key, images);
  return images.map(({ image, hash, frame }) => {
    const place = places.get(image);
    if (place !== undefined) return { name: rasterName(hash, key, frame), ...place };
    return rasterFile(rasterPath(project.folder, hash, key, frame));
  });
}

/**
 * The rasters that an import wrote for images, in order: the current ones, else those of an earlier version, which
 * still serve for comparing pictures; null where there is neither.
 */
export function findImportedRasters(project: OpenProject, images: readonly CachedImage[]): (RasterPlace | null)[] {
  const current = findRasters(project, USUAL_RASTERS, images);
  const lost = images.filter((_, index) => current[index] === null);
  const earlier = findRasters(project, RASTERS_AS_STORED, lost);
  return current.map((place) => place ?? earlier.shift() ?? null);
}

/** JPEG bytes of an image's thumbnail; null if it is not cached. */
export function readThumbnail(project: OpenProject, one: CachedImage): Promise<Uint8Array | null> {
  const place = placesInPacks(project, THUMBNAIL, [one]).get(one.image);
  const earlier = thumbnailPath(project.folder, one.hash, one.frame);
  return (place === undefined ? readFile(earlier) : loadPlace(place)).catch(() => null);
}

/** Whether both pictures that an import writes are cached for every one of these images. */
export function areCached(project: OpenProject, images: readonly CachedImage[]): boolean {
  if (findRasters(project, USUAL_RASTERS, images).includes(null)) return false;
  const places = placesInPacks(project, THUMBNAIL, images);
  return images.every(
    ({ image, hash, frame }) =>
      places.has(image) ||
      statSync(thumbnailPath(project.folder, hash, frame), { throwIfNoEntry: false }) !== undefined,
  );
}
