import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openRowFiles, type RowFiles } from './row-files';

/** Folder of the features with this key (`featuresKey`) in a project's cache. */
const folderOf = (cacheFolder: string, key: string): string => join(cacheFolder, 'features', key);

/**
 * Opens the cached features with this key: rows of float32. An evaluation view has the name of its raster.
 *
 * @param width features of an image, or null for those of the first file
 */
export const openFeatureRows = (cacheFolder: string, key: string, width: number | null): RowFiles =>
  openRowFiles(folderOf(cacheFolder, key), width === null ? null : 4 * width);

/** Copies the features of a row into `into`; returns false if they are missing, damaged or not finite. */
export function readFeatures(rows: RowFiles, name: string, into: Float32Array): boolean {
  return rows.read(name, bytesOf(into)) && into.every(Number.isFinite);
}

export const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Removes features that earlier versions stored in one file per view, which are computed again. */
export async function removeSingleFiles(cacheFolder: string, key: string): Promise<void> {
  const folder = folderOf(cacheFolder, key);
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    if (name.endsWith('.f32') || name.endsWith('.f32.tmp'))
      await rm(join(folder, name), { force: true }).catch(() => {});
  }
}
