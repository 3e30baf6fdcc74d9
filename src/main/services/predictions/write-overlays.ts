import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blendOverlay, lastLayer, type MapChoice, overlayDefaults, selectMap } from '#shared/imaging/attention-overlay';
import type { Raster } from '#shared/imaging/raster';
import type { AttentionMaps } from '#shared/models/attention';
import type { DecodePool } from '../../decode-host/client';
import { toStoreError } from '../../store/errors';

/** Paths of a prediction's overlays. */
export interface OverlayFiles {
  readonly lastLayer: string;
  readonly rollout: string;
}

/**
 * Writes overlays of the attention maps as PNGs. `number`: from 1, separates files of the same name. Throws
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
  const write = async (kind: string, choice: MapChoice): Promise<string> => {
    const path = join(folder, `${name}-${kind}.png`);
    const png = await pool.encodePng(blendOverlay(raster, { map: selectMap(maps, choice), ...overlayDefaults }));
    await writeFile(path, png).catch((error: unknown) => {
      throw toStoreError(error);
    });
    return path;
  };
  return {
    lastLayer: await write('last-layer', lastLayer(maps)),
    rollout: await write('rollout', { kind: 'rollout' }),
  };
}

/** The last part of a file's name without its extension and without characters that file systems refuse. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return (
    last
      .replace(/\.[^.]{1,5}$/, '')
      .replace(/[^\p{L}\p{N}_-]+/gu, '-')
      .slice(0, 80) || 'image'
  );
}
