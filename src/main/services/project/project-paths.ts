import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { currentReading } from '#shared/imaging/pipeline';
import { CANONICAL_SHORT_SIDE, type Pipeline } from '#shared/models/pipeline';

const HASH = /^[0-9a-f]{64}$/;

function requireHash(hash: string): string {
  if (!HASH.test(hash)) throw new Error('not a SHA-256 in lower-case hex');
  return hash;
}

export const databasePath = (folder: string): string => join(folder, 'project.sqlite');
export const cacheFolder = (folder: string): string => join(folder, 'cache');
/** Scratch folder for archives being imported. */
export const unpackingFolder = (folder: string): string => join(folder, 'cache', 'unpacking');
/** Scratch folder for files being predicted. */
export const predictionsFolder = (folder: string): string => join(folder, 'cache', 'predictions');
/** Rasters and thumbnails, many to a file: see services/cache. */
export const packsFolder = (folder: string): string => join(folder, 'cache', 'packs');
export const packPath = (folder: string, name: string): string => join(packsFolder(folder), name);
export const featuresFolder = (folder: string): string => join(folder, 'cache', 'features');
export const runsFolder = (folder: string): string => join(folder, 'runs');
export const exportsFolder = (folder: string): string => join(folder, 'exports');
/** Copies of sources, if requested. */
export const imagesFolder = (folder: string): string => join(folder, 'images');

/** `id` must be a single path segment. */
export function runFolder(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('not a run id');
  return join(runsFolder(folder), id);
}

/** Key of the rasters that an import writes: automatic intensity, uncropped, square pixels, short side 512. */
export const USUAL_RASTERS = 'square';

/** Key of rasters from before pixels were made square; runs of that time use it. */
export const RASTERS_AS_STORED = '';

/** Names the steps from a file to its canonical raster. The usual ones have short names. */
export function rasterKey(
  pipeline: Pick<Pipeline, 'intensity' | 'crop' | 'pixels' | 'wideSamples' | 'canonicalShortSide'>,
): string {
  const { intensity, crop, pixels, wideSamples, canonicalShortSide } = pipeline;
  if (intensity.kind === 'auto' && crop === undefined && canonicalShortSide === CANONICAL_SHORT_SIDE) {
    if (pixels === currentReading.pixels && wideSamples === currentReading.wideSamples) return USUAL_RASTERS;
    if (pixels === undefined && wideSamples === undefined) return RASTERS_AS_STORED;
  }
  const choices = [crop, pixels, wideSamples].filter((choice) => choice !== undefined);
  const steps = [Object.entries(intensity).sort(), canonicalShortSide, ...choices];
  const text = JSON.stringify(steps);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Distinguishes frames in file names; empty for the first, so that the usual names stay short. */
const frameMark = (frame: number): string => (frame === 0 ? '' : `-f${frame}`);

export const experimentsFolder = (folder: string): string => join(folder, 'experiments');

/** `id` must be a single path segment. */
export function experimentFolder(folder: string, id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('not an experiment id');
  return join(experimentsFolder(folder), id);
}

/** `<hash>[-f<frame>][-<key>].raster`; `hash` is the source file's SHA-256. */
export function rasterName(hash: string, key = USUAL_RASTERS, frame = 0): string {
  return `${requireHash(hash)}${frameMark(frame)}${key === '' ? '' : `-${key}`}.raster`;
}

/** `cache/rasters/<2 hex>/<name>`: where earlier versions kept a raster. */
export function rasterPath(folder: string, hash: string, key = USUAL_RASTERS, frame = 0): string {
  return join(cacheFolder(folder), 'rasters', hash.slice(0, 2), rasterName(hash, key, frame));
}

/** `cache/thumbnails/<2 hex>/<hash>[-f<frame>].jpg`: where earlier versions kept a thumbnail. */
export function thumbnailPath(folder: string, hash: string, frame = 0): string {
  return join(cacheFolder(folder), 'thumbnails', requireHash(hash).slice(0, 2), `${hash}${frameMark(frame)}.jpg`);
}
