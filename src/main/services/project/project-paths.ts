import { createHash } from 'node:crypto';
import { join, sep } from 'node:path';
import { presentReading } from '#shared/imaging/pipeline';
import { CANONICAL_SHORT_SIDE, type Pipeline } from '#shared/models/pipeline';

const HASH = /^[0-9a-f]{64}$/;

function checked(hash: string): string {
  if (!HASH.test(hash)) throw new Error('not a SHA-256 in lower-case hex');
  return hash;
}

export const databasePath = (folder: string): string => join(folder, 'project.sqlite');
export const cacheFolder = (folder: string): string => join(folder, 'cache');
/** Scratch of archives that are being imported, and of files that are being predicted. */
export const unpackingFolder = (folder: string): string => join(folder, 'cache', 'unpacking');
export const predictionsFolder = (folder: string): string => join(folder, 'cache', 'predictions');
export const featuresFolder = (folder: string): string => join(folder, 'cache', 'features');
export const runsFolder = (folder: string): string => join(folder, 'runs');
export const exportsFolder = (folder: string): string => join(folder, 'exports');
/** Copies of sources, where the user asked for them. */
export const imagesFolder = (folder: string): string => join(folder, 'images');

/** `id` is one path segment. */
export function runFolder(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('not a run id');
  return join(runsFolder(folder), id);
}

/** Of the rasters that an import makes: auto, whole, square pixels, 512. */
export const USUAL_RASTERS = 'square';

/** Of those that imports made before pixels were made square: runs of that time have this key. */
export const RASTERS_AS_STORED = '';

/** Names the way from a file to its canonical raster. The usual ways have short names. */
export function rasterKey(
  pipeline: Pick<Pipeline, 'intensity' | 'crop' | 'pixels' | 'wideSamples' | 'canonicalShortSide'>,
): string {
  const { intensity, crop, pixels, wideSamples, canonicalShortSide } = pipeline;
  if (intensity.kind === 'auto' && crop === undefined && canonicalShortSide === CANONICAL_SHORT_SIDE) {
    if (pixels === presentReading.pixels && wideSamples === presentReading.wideSamples) return USUAL_RASTERS;
    if (pixels === undefined && wideSamples === undefined) return RASTERS_AS_STORED;
  }
  const choices = [crop, pixels, wideSamples].filter((choice) => choice !== undefined);
  const way = [Object.entries(intensity).sort(), canonicalShortSide, ...choices];
  const text = JSON.stringify(way);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Frames are told apart by name; the first has none, so that the usual names stay short. */
const frameMark = (frame: number): string => (frame === 0 ? '' : `-f${frame}`);

export const experimentsFolder = (folder: string): string => join(folder, 'experiments');

/** `id` is one path segment. */
export function experimentFolder(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('not an experiment id');
  return join(experimentsFolder(folder), id);
}

/** `cache/rasters/<2 hex>/<hash>[-f<frame>][-<key>].raster`; `hash` is the source file's SHA-256. */
export function rasterPath(folder: string, hash: string, key = USUAL_RASTERS, frame = 0): string {
  return rasterPaths(folder, key)(hash, frame);
}

/** The same for many images. */
export function rasterPaths(folder: string, key = USUAL_RASTERS): (hash: string, frame?: number) => string {
  const rasters = join(cacheFolder(folder), 'rasters');
  const end = `${key === '' ? '' : `-${key}`}.raster`;
  return (hash, frame = 0) => `${rasters}${sep}${checked(hash).slice(0, 2)}${sep}${hash}${frameMark(frame)}${end}`;
}

/** `cache/thumbnails/<2 hex>/<hash>[-f<frame>].jpg` */
export function thumbnailPath(folder: string, hash: string, frame = 0): string {
  return join(cacheFolder(folder), 'thumbnails', checked(hash).slice(0, 2), `${hash}${frameMark(frame)}.jpg`);
}
