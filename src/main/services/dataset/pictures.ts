import { augmentationRandom, augmentInto } from '#shared/imaging/augment';
import { currentReading, defaultPipeline } from '#shared/imaging/pipeline';
import { decodeRaster, encodeRaster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import { type Pipeline, pipelineSchema } from '#shared/models/pipeline';
import { augmentationSchema } from '#shared/models/run-config';
import type { DecodePool } from '../../decode-host/client';
import type { IngestedFile, IntensityWindow } from '../../ingest/types';
import { append, type Span } from '../../packs/append';
import { type RasterPlace, readPlace } from '../../packs/place';
import { setCachedPicture } from '../../store/packs';
import { readThumbnail, THUMBNAIL } from '../cache/find-pictures';
import { PictureWriter } from '../cache/picture-writer';
import { USUAL_RASTERS } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import type { Dataset } from './dataset';
import { ensureRasters } from './raster-cache';

/** Pictures of a project's images as PNG or JPEG bytes. Missing cache entries are rebuilt from the source. */
export interface Pictures {
  /** JPEG, 192 pixels on the long side. */
  thumbnail(project: OpenProject, image: number): Promise<Uint8Array>;
  /** PNG of the canonical raster. */
  raster(project: OpenProject, image: number): Promise<Uint8Array>;
  /**
   * PNG of one frame of the image's file at full size. Null `frame`: the image's own; null `window`: the frame's own.
   */
  display(
    project: OpenProject,
    image: number,
    options: { readonly frame: number | null; readonly window: IntensityWindow | null; readonly invert: boolean },
  ): Promise<Uint8Array>;
  /**
   * PNG of one training view as a pipeline makes it, without its normalisation. `config`: JSON of an `Augmentation`;
   * `pipeline`: JSON of a `Pipeline`, by default the whole image at 224 px. Both are validated here.
   */
  augmented(
    project: OpenProject,
    image: number,
    options: { readonly seed: number; readonly config: string; readonly pipeline?: string | undefined },
  ): Promise<Uint8Array>;
}

/** Side of an augmentation preview in pixels: the usual input size of a ViT. */
const PREVIEW_SIDE = 224;
/** Keeps pixel values in 0..1. */
const forDisplay = { rescaleFactor: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] } satisfies Partial<Pipeline>;
const previewPipeline: Pipeline = { ...defaultPipeline(PREVIEW_SIDE), ...forDisplay };

export function createPictures({ dataset, pool }: { readonly dataset: Dataset; readonly pool: DecodePool }): Pictures {
  const rasterPlace = async (project: OpenProject, image: number, pipeline = previewPipeline): Promise<RasterPlace> => {
    const { hash, frame } = dataset.sourceFile(project, image);
    const [place] = await ensureRasters({
      project,
      dataset,
      pool,
      pipeline,
      images: [{ image, hash, frame }],
    });
    if (place === undefined) throw new Error('one image has one raster');
    return place;
  };

  return {
    async thumbnail(project, image) {
      const { path, hash, frame } = dataset.sourceFile(project, image);
      const cached = await readThumbnail(project, { image, hash, frame });
      if (cached !== null) return cached;
      const { intensity, canonicalShortSide } = previewPipeline;
      const file = await pool.ingest({ path, intensity, shortSide: canonicalShortSide, frame, ...currentReading });
      if (file.facts.hash === hash && !project.store.isReadOnly) await cachePictures(project, image, file);
      return file.thumbnail;
    },

    raster: async (project, image) => pool.rasterPng({ raster: await rasterPlace(project, image) }),

    display(project, image, options) {
      const { path, frame } = dataset.sourceFile(project, image);
      return pool.display({ path, ...options, frame: options.frame ?? frame });
    },

    async augmented(project, image, { seed, config, pipeline: given }) {
      const pipeline = given === undefined ? previewPipeline : { ...parsePipeline(given), ...forDisplay };
      const { width, height } = pipeline;
      const raster = decodeRaster(readPlace(await rasterPlace(project, image, pipeline)));
      const values = new Float32Array(3 * width * height);
      augmentInto(raster, parseAugmentation(config), pipeline, augmentationRandom(seed, 0, image), values, 0);
      return pool.encodePng({ width, height, channels: 3, data: toInterleaved(values) });
    },
  };
}

/** Caches the raster and thumbnail of an image. Throws `disk_full`, `project_unwritable`. */
async function cachePictures(project: OpenProject, image: number, { raster, thumbnail }: IngestedFile): Promise<void> {
  const pictures = new PictureWriter(project);
  try {
    const { pack, spans } = await pictures.write(async (into) => append(into, [encodeRaster(raster), thumbnail]));
    await pictures.flush();
    const kinds = [USUAL_RASTERS, THUMBNAIL] as const;
    project.store.transaction(() => {
      for (const [index, kind] of kinds.entries()) {
        setCachedPicture(project.store, image, kind, { pack, ...(spans[index] as Span) });
      }
    });
  } finally {
    await pictures.close();
  }
}

function parseAugmentation(config: string) {
  try {
    return augmentationSchema.parse(JSON.parse(config));
  } catch (cause) {
    throw new FoveaError('bad_request', 'Invalid augmentation settings.', { cause });
  }
}

/** Largest side of a preview, as of a run. */
const MAX_PREVIEW_SIDE = 1024;

function parsePipeline(text: string): Pipeline {
  try {
    const pipeline = pipelineSchema.parse(JSON.parse(text));
    if (Math.max(pipeline.width, pipeline.height) > MAX_PREVIEW_SIDE) throw new RangeError('too large');
    return pipeline;
  } catch (cause) {
    throw new FoveaError('bad_request', 'Invalid image settings.', { cause });
  }
}

/** Converts [3, height, width] in 0..1 to [height, width, 3] in 0..255. */
function toInterleaved(values: Float32Array): Uint8Array {
  const plane = values.length / 3;
  const bytes = new Uint8Array(values.length);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = values[channel * plane + pixel] ?? 0;
      bytes[pixel * 3 + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return bytes;
}
