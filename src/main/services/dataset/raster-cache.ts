import { inParallel } from '#shared/async/in-parallel';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import type { DecodePool } from '../../decode-host/client';
import type { Sample } from '../../engine-host/core/protocol';
import type { RasterPlace } from '../../packs/place';
import { type CachedPicture, setCachedPicture } from '../../store/packs';
import { type CachedImage, findRasters } from '../cache/find-pictures';
import { PictureWriter } from '../cache/picture-writer';
import { rasterKey } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { RunSample } from '../run-records/run-files';
import type { Dataset } from './dataset';

export interface RasterOptions {
  readonly project: OpenProject;
  readonly dataset: Pick<Dataset, 'sourceFile'>;
  readonly pool: DecodePool;
  readonly pipeline: Pipeline;
  readonly images: readonly CachedImage[];
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
/** Rasters recorded in one transaction. */
const BATCH_RASTERS = 50;

/** An image whose raster is missing; `index` among the requested ones. */
interface MissingRaster extends CachedImage {
  readonly index: number;
}

/**
 * Places of the images' canonical rasters, in order. The cache may be deleted at any time: missing rasters are decoded
 * again from their sources. Throws `raster_missing` if a source is gone or has changed.
 */
export async function ensureRasters(options: RasterOptions): Promise<RasterPlace[]> {
  const { project, pipeline, images, signal } = options;
  const key = rasterKey(pipeline);
  const places = findRasters(project, key, images);
  const missing = images.flatMap((image, index) => (places[index] === null ? [{ ...image, index }] : []));
  if (missing.length === 0) return places as RasterPlace[];
  const pictures = new PictureWriter(project);
  let done = 0;
  try {
    for (let start = 0; start < missing.length; start += BATCH_RASTERS) {
      const batch = missing.slice(start, start + BATCH_RASTERS);
      const rebuilt = await inParallel(batch, MAX_PARALLEL_FILES, async (one) => {
        signal?.throwIfAborted();
        const raster = await rebuild(options, pictures, one);
        options.onProgress?.(++done, missing.length);
        return raster;
      });
      await pictures.flush();
      project.store.transaction(() => {
        for (const [at, { image }] of batch.entries()) {
          setCachedPicture(project.store, image, key, rebuilt[at] as CachedPicture);
        }
      });
    }
  } finally {
    await pictures.close();
  }
  const found = findRasters(project, key, missing);
  for (const [at, { index, ...image }] of missing.entries()) {
    places[index] = found[at] ?? null;
    if (places[index] === null) throw lost(image, 'it is no longer in the cache');
  }
  return places as RasterPlace[];
}

const lost = ({ image }: CachedImage, cause: unknown): FoveaError =>
  new FoveaError('raster_missing', `Image ${image} is not in the cache and its file cannot be read again.`, {
    hint: 'Connect the disk with the source images, or import them again.',
    cause,
  });

/** Throws `raster_missing`, and the errors of the project's disk. */
async function rebuild(
  { project, dataset, pool, pipeline }: RasterOptions,
  pictures: PictureWriter,
  one: MissingRaster,
): Promise<CachedPicture> {
  const { pack, hash, raster } = await pictures.write(
    async (into) =>
      pool.storeRaster({
        path: dataset.sourceFile(project, one.image).path,
        intensity: pipeline.intensity,
        shortSide: pipeline.canonicalShortSide,
        frame: one.frame ?? 0,
        crop: pipeline.crop,
        pixels: pipeline.pixels,
        wideSamples: pipeline.wideSamples,
        into,
      }),
    (error) => lost(one, error),
  );
  if (hash !== one.hash) throw lost(one, 'the file has changed');
  return { pack, ...raster };
}
