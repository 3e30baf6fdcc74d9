import { inParallel } from '#shared/async/in-parallel';
import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { RunRecord } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import type { GivenFile } from './prediction-files';

const DECODES_AT_ONCE = 4;

/** A file with its pixels, or with the error that prevented reading them. */
export interface Decoded {
  readonly file: GivenFile;
  readonly raster: Raster | null;
  readonly error: unknown;
}

/** Decodes files with a run's pipeline, in order. A file that cannot be read does not stop the others. */
export function decodeAll(pool: DecodePool, files: readonly GivenFile[], { pipeline }: RunRecord): Promise<Decoded[]> {
  return inParallel(files, DECODES_AT_ONCE, async (file): Promise<Decoded> => {
    try {
      if (file.refusal !== null) throw new FoveaError(file.refusal.code, file.refusal.message);
      const { raster } = await pool.canonicalRaster({
        path: file.path,
        intensity: pipeline.intensity,
        shortSide: pipeline.canonicalShortSide,
        crop: pipeline.crop,
        pixels: pipeline.pixels,
        wideSamples: pipeline.wideSamples,
      });
      return { file, raster, error: null };
    } catch (error) {
      return { file, raster: null, error };
    }
  });
}
