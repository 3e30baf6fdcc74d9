import { decodeRaster, type Raster } from '#shared/imaging/raster';
import { readPlace } from '../../packs/place';
import { type CachedImage, findRasters, readThumbnail } from '../cache/find-pictures';
import { USUAL_RASTERS } from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** An image by its file's hash and frame. */
export function imageOf({ store }: OpenProject, hash: string, frame = 0): Required<CachedImage> {
  const row = store.get<{ id: number }>('SELECT id FROM images WHERE hash = ? AND frame = ?', hash, frame);
  if (row === undefined) throw new Error('no such image');
  return { image: row.id, hash, frame };
}

/** The cached raster of an image; null if there is none. */
export function cachedRaster(project: OpenProject, hash: string, frame = 0, key = USUAL_RASTERS): Raster | null {
  const [place] = findRasters(project, key, [imageOf(project, hash, frame)]);
  return place === null || place === undefined ? null : decodeRaster(readPlace(place));
}

export const cachedThumbnail = (project: OpenProject, hash: string): Promise<Uint8Array | null> =>
  readThumbnail(project, imageOf(project, hash));
