import { FoveaError } from '#shared/ipc/errors';
import { toSquarePixels } from './canonical-raster';
import { classifyHead, HEAD_BYTES } from './classify';
import { openDicomFrame } from './dicom/open-dicom';
import { parseDicom } from './dicom/parse';
import { notAnImage } from './ingest-file';
import { encodePng } from './raster/codec';
import { decodePhotograph } from './raster/decode-photograph';
import { readWholeFile } from './read-file';
import type { IntensityWindow } from './types';

/**
 * One frame of a file at full size by the display's path, with square pixels, as a PNG. Photographs know no window, only
 * inversion.
 */
export async function displayFile(
  path: string,
  frame: number,
  window: IntensityWindow | null,
  invert: boolean,
): Promise<Uint8Array> {
  const bytes = await readWholeFile(path);
  const kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  if (kind === null) throw notAnImage();
  if (kind === 'dicom') {
    const open = await openDicomFrame(parseDicom(bytes), frame);
    return encodePng(toSquarePixels(open.forDisplay(window, invert), open.pixelAspect));
  }
  if (frame !== 0) throw new FoveaError('not_found', `The picture has one frame; frame ${frame + 1} was asked for.`);
  const { raster } = await decodePhotograph(bytes);
  return encodePng(invert ? { ...raster, data: raster.data.map((value) => 255 - value) } : raster);
}
