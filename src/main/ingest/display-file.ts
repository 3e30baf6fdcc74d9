import { FoveaError } from '#shared/ipc/errors';
import { toSquarePixels } from './canonical-raster';
import { classifyHead, HEAD_BYTES } from './classify';
import { openDicomFrame } from './dicom/open-dicom';
import { parseDicom } from './dicom/parse';
import { notAnImage } from './not-an-image';
import { encodePng } from './raster/codec';
import { openBitmap } from './raster/open-bitmap';
import { readWholeFile } from './read-file';
import type { IntensityWindow } from './types';

/** Renders one frame of a file for display, at full size with square pixels, as a PNG. */
export async function displayFile(
  path: string,
  frame: number,
  window: IntensityWindow | null,
  invert: boolean,
): Promise<Uint8Array> {
  const bytes = await readWholeFile(path);
  const kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  if (kind === null) throw notAnImage(bytes);
  if (kind === 'dicom') {
    const open = await openDicomFrame(parseDicom(bytes), frame);
    return encodePng(toSquarePixels(open.forDisplay(window, invert), open.pixelAspect));
  }
  if (frame !== 0) throw new FoveaError('not_found', `The image has one frame; frame ${frame + 1} was requested.`);
  const { forDisplay, pixelAspect } = await openBitmap(bytes);
  return encodePng(toSquarePixels(forDisplay(window, invert), pixelAspect));
}
