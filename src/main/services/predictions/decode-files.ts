import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { RunRecord } from '#shared/models/run';
import type { DecodePool } from '../../decode-host/client';
import type { GivenFile } from './prediction-files';

const DECODES_AT_ONCE = 4;

/** A file with its pixels, or with why it has none. */
export interface Decoded {
  readonly file: GivenFile;
  readonly raster: Raster | null;
  readonly error: unknown;
}

/** Decodes files as a run reads its images; a file that cannot be read does not stop the others. In order. */
export async function decodeAll(
  pool: DecodePool,
  files: readonly GivenFile[],
  { pipeline }: RunRecord,
): Promise<Decoded[]> {
  const decoded = new Array<Decoded>(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) {
      const file = files[index];
      if (file === undefined) return;
      try {
        if (file.refusal !== null) throw new FoveaError(file.refusal.code, file.refusal.message);
        const { raster } = await pool.ingest({
          path: file.path,
          intensity: pipeline.intensity,
          shortSide: pipeline.canonicalShortSide,
          crop: pipeline.crop,
          pixels: pipeline.pixels,
          wideSamples: pipeline.wideSamples,
        });
        decoded[index] = { file, raster, error: null };
      } catch (error) {
        decoded[index] = { file, raster: null, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(DECODES_AT_ONCE, files.length) }, work));
  return decoded;
}
