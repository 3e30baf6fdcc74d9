import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Raster } from '#shared/imaging/raster';
import type { DecodePool } from '../../decode-host/client';
import type { AttentionMaps } from '../../engine-host/core/protocol';
import { toStoreError } from '../../store/errors';
import { lastLayerMean, overlayAttention } from './prediction-overlay';

/** Where the pictures of an answer are. */
export interface OverlayFiles {
  readonly lastLayer: string;
  readonly rollout: string;
}

/**
 * Writes where the model looked as PNGs over the picture. `number`: from 1, which keeps files of one name apart. Throws
 * `disk_full`, `project_unwritable`.
 */
export async function writeOverlays(
  pool: Pick<DecodePool, 'encodePng'>,
  folder: string,
  file: { readonly number: number; readonly name: string },
  raster: Raster,
  maps: AttentionMaps,
): Promise<OverlayFiles> {
  const name = `${String(file.number).padStart(4, '0')}-${safeName(file.name)}`;
  const write = async (kind: string, map: Float32Array): Promise<string> => {
    const path = join(folder, `${name}-${kind}.png`);
    const png = await pool.encodePng(overlayAttention(raster, map, maps));
    await writeFile(path, png).catch((error: unknown) => {
      throw toStoreError(error);
    });
    return path;
  };
  return { lastLayer: await write('last-layer', lastLayerMean(maps)), rollout: await write('rollout', maps.rollout) };
}

/** The last part of a file's name without what file systems refuse; the number before it keeps names apart. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return (
    last
      .replace(/\.[^.]{1,5}$/, '')
      .replace(/[^\p{L}\p{N}_-]+/gu, '-')
      .slice(0, 80) || 'image'
  );
}
