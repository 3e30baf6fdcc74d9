import { describePicture } from '#shared/duplicates/picture-descriptor';
import { measurePicture } from '#shared/imaging/measure-picture';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { encodeRaster, type Raster } from '#shared/imaging/raster';
import { sha256 } from './read-file';
import type { PictureFacts } from './types';

/** Hex digits kept of a content hash: 128 bits. */
const CONTENT_DIGITS = 32;

/** Computes the pixel facts of a canonical raster. */
export function pictureFacts(raster: Raster): PictureFacts {
  return {
    content: sha256(encodeRaster(raster)).slice(0, CONTENT_DIGITS),
    descriptor: describePicture(raster),
    measures: encodeMeasures(measurePicture(raster)),
  };
}
