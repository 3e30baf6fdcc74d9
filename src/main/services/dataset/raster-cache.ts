import { basename, dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { inParallel } from '#shared/async/in-parallel';
import { encodeRaster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { DecodePool } from '../../decode-host/client';
import type { Sample } from '../../engine-host/core/protocol';
import { type RasterPlace, rasterFile } from '../../packs/place';
import { toStoreError } from '../../store/errors';
import { makeProjectFolders } from '../project/project-folders';
import { rasterKey, rasterPath } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import type { Dataset } from './dataset';

export interface RasterOptions {
  readonly project: OpenProject;
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly pool: DecodePool;
  readonly pipeline: Pipeline;
  readonly images: readonly { readonly image: number; readonly hash: string; readonly frame?: number | undefined }[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Adds the places of rasters to images and labels, as input for the engine. */
export async function withRasters(
  options: Omit<RasterOptions, 'images'> & { readonly images: readonly RunSample[] },
): Promise<Sample[]> {
  const rasters = await ensureRasters(options);
  return options.images.map(({ image, label }, index) => ({ image, label, raster: rasters[index] as RasterPlace }));
}

/** Files decoded at once; the pool has its own limit. */
const MAX_PARALLEL_FILES = 4;

/**
 * Places of the images' canonical rasters, in order. The cache may be deleted at any time: missing rasters are
 * decoded again from their sources. Throws `raster_missing` if a source is gone or has changed.
 */
export async function ensureRasters(options: RasterOptions): Promise<RasterPlace[]> {
  const { project, pipeline, images, signal } = options;
  const key = rasterKey(pipeline);
  const paths = images.map(({ hash, frame }) => rasterPath(project.folder, hash, key, frame));
  const places = paths.map(rasterFile);
  const missing = images.flatMap((image, index) => (places[index] === null ? [{ ...image, index }] : []));
  let done = 0;
  await inParallel(missing, MAX_PARALLEL_FILES, async ({ index, ...image }) => {
    signal?.throwIfAborted();
    places[index] = await rebuild(options, { ...image, path: paths[index] as string });
    options.onProgress?.(++done, missing.length);
  });
  return places as RasterPlace[];
}

async function rebuild(
  { project, dataset, pool, pipeline }: RasterOptions,
  entry: {
    readonly image: number;
    readonly hash: string;
    readonly frame?: number | undefined;
    readonly path: string;
  },
): Promise<RasterPlace> {
  const lost = (cause: unknown): FoveaError =>
    new FoveaError('raster_missing', `Image ${entry.image} is not in the cache and its file cannot be read again.`, {
      hint: 'Connect the disk with the source images, or import them again.',
      cause,
    });
  let bytes: Uint8Array;
  try {
    const { path } = dataset.sourceFile(project, entry.image);
    const { facts, raster } = await pool.ingest({
      path,
      intensity: pipeline.intensity,
      shortSide: pipeline.canonicalShortSide,
      frame: entry.frame ?? 0,
      crop: pipeline.crop,
      pixels: pipeline.pixels,
      wideSamples: pipeline.wideSamples,
    });
    if (facts.hash !== entry.hash) throw lost('the file has changed');
    bytes = encodeRaster(raster);
  } catch (error) {
    throw error instanceof FoveaError && error.code === 'raster_missing' ? error : lost(error);
  }
  try {
    await makeProjectFolders(project.folder, dirname(entry.path));
    await writeFileAtomic(entry.path, Buffer.from(bytes));
    return { name: basename(entry.path), file: entry.path, offset: 0, length: bytes.length, checksum: null };
  } catch (error) {
    throw toStoreError(error);
  }
}
