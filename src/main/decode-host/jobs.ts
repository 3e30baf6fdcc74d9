import { alignPictures, compareUpright } from '#shared/duplicates/picture-alignment';
import { decodeRaster, encodeRaster, type Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import { shrinkToLongSide } from '../ingest/canonical-raster';
import { deidentifyFile } from '../ingest/deidentify-file';
import { readMediaDirectory } from '../ingest/dicom/media-directory';
import { displayFile } from '../ingest/display-file';
import { ingestFile, ingestFrames, readCanonicalRaster } from '../ingest/ingest-file';
import { inspectFile } from '../ingest/inspect-file';
import { listFileTags } from '../ingest/list-file-tags';
import { pictureFacts } from '../ingest/picture-facts';
import { encodePng } from '../ingest/raster/codec';
import { readFileIdentity } from '../ingest/read-file-identity';
import type { IngestedFrames } from '../ingest/types';
import { type Appended, append, type PackEnd, type Span } from '../packs/append';
import { type Place, readPlace } from '../packs/place';
import type { DecodeJobName, DecodeJobs, StoredFrames, StoredOutcome } from './protocol';

type Handlers = {
  readonly [Name in DecodeJobName]: (input: DecodeJobs[Name]['input']) => Promise<DecodeJobs[Name]['result']>;
};

/** The job implementations, inside the host. */
export const decodeJobs: Handlers = {
  ingest: ({ path, intensity, shortSide, ...shaping }) => ingestFile(path, intensity, shortSide, shaping),
  ingestFrames: async ({ path, intensity, shortSide, choice, from, into, ...reading }) =>
    storeFrames(into, await ingestFrames(path, intensity, shortSide, choice, from, reading)),
  canonicalRaster: ({ path, intensity, shortSide, ...shaping }) =>
    readCanonicalRaster(path, intensity, shortSide, shaping),
  storeRaster: async ({ path, intensity, shortSide, into, ...shaping }) => {
    const { hash, raster } = await readCanonicalRaster(path, intensity, shortSide, shaping);
    const appended = append(into, [encodeRaster(raster)]);
    if ('writeError' in appended) return appended;
    return { hash, raster: appended.spans[0] as Span, end: appended.end };
  },
  display: ({ path, frame, window, invert }) => displayFile(path, frame, window, invert),
  tags: ({ path, identifying }) => listFileTags(path, identifying),
  identity: ({ path }) => readFileIdentity(path),
  inspect: ({ path, identifying }) => inspectFile(path, identifying),
  mediaDirectory: async ({ bytes }) => readMediaDirectory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
  rasterPng: async ({ raster, maxSide }) => {
    const decoded = readRaster(raster);
    return encodePng(maxSide === undefined ? decoded : shrinkToLongSide(decoded, maxSide));
  },
  describe: async ({ raster }) => pictureFacts(readRaster(raster)),
  align: async ({ first, second, straight }) => {
    const [a, b] = [readRaster(first), readRaster(second)];
    return straight ? compareUpright(a, b) : alignPictures(a, b);
  },
  deidentify: deidentifyFile,
  encodePng,
};

function storeFrames(into: PackEnd, { outcomes, ...rest }: IngestedFrames): Appended<StoredFrames> {
  const files = outcomes.flatMap((outcome) => ('file' in outcome ? [outcome.file] : []));
  const appended = append(
    into,
    files.flatMap(({ raster, thumbnail }) => [encodeRaster(raster), thumbnail]),
  );
  if ('writeError' in appended) return appended;
  const spans = appended.spans.values();
  const stored = outcomes.map((outcome): StoredOutcome => {
    if ('error' in outcome) return outcome;
    const { facts, picture } = outcome.file;
    const [raster, thumbnail] = [spans.next().value as Span, spans.next().value as Span];
    return { frame: outcome.frame, file: { facts, picture, raster, thumbnail } };
  });
  return { ...rest, outcomes: stored, end: appended.end };
}

function readRaster(place: Place): Raster {
  try {
    return decodeRaster(readPlace(place));
  } catch (cause) {
    throw new FoveaError('unreadable', 'The cached image could not be read.', {
      hint: 'Import the file again to rebuild the cache.',
      cause,
    });
  }
}
