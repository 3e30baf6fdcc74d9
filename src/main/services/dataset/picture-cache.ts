import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { encodeRaster } from '#shared/imaging/raster';
import type { IngestedFile } from '../../ingest/types';
import { toStoreError } from '../../store/errors';
import { makeProjectFolders } from '../project/project-folders';
import { rasterPath, thumbnailPath, USUAL_RASTERS } from '../project/project-paths';

/** Caches the raster and thumbnail of a frame under its file's hash. Throws `disk_full`, `project_unwritable`. */
export async function writeCache(folder: string, file: IngestedFile): Promise<void> {
  const { hash, frame } = file.facts;
  try {
    await Promise.all([
      writeWhole(folder, rasterPath(folder, hash, USUAL_RASTERS, frame), encodeRaster(file.raster)),
      writeWhole(folder, thumbnailPath(folder, hash, frame), file.thumbnail),
    ]);
  } catch (error) {
    throw toStoreError(error);
  }
}

async function writeWhole(project: string, path: string, bytes: Uint8Array): Promise<void> {
  await makeProjectFolders(project, dirname(path));
  await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

export async function isCached(folder: string, hash: string, frame: number): Promise<boolean> {
  try {
    await Promise.all([
      access(rasterPath(folder, hash, USUAL_RASTERS, frame), constants.R_OK),
      access(thumbnailPath(folder, hash, frame), constants.R_OK),
    ]);
    return true;
  } catch {
    return false;
  }
}
