import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';
import type { Crop, Intensity, PixelShape, WideSamples } from '#shared/models/pipeline';
import {
  cropRaster,
  dropEqualChannels,
  type PixelBox,
  shrinkToLongSide,
  toCanonicalRaster,
  toSquarePixels,
} from './canonical-raster';
import { chooseFrames } from './choose-frames';
import { classifyHead, HEAD_BYTES } from './classify';
import { decodeErrorInfo } from './decode-error';
import { describeDicomFrame } from './dicom/describe-frame';
import { NO_IDENTITY } from './dicom/facts';
import { parseDicom } from './dicom/parse';
import { countFrames } from './dicom/read-frame';
import { notAnImage } from './not-an-image';
import { pictureFacts } from './picture-facts';
import { encodeJpeg } from './raster/codec';
import { openBitmap } from './raster/open-bitmap';
import { readWholeFile, sha256 } from './read-file';
import type { CanonicalRaster, FileFacts, FrameOutcome, IngestedFile, IngestedFrames } from './types';

const NOT_SQUARE = 'Its pixels are not square. It is displayed and used with its true aspect ratio.';

/** Long side of a thumbnail in pixels. */
const THUMBNAIL_SIDE = 192;

/** Limits on one call; the caller requests the remaining frames. */
const MAX_FRAMES_PER_CALL = 32;
const MAX_MILLISECONDS_PER_CALL = 4000;
/** No real file has more frames; a header can declare two billion. */
const MAX_FRAMES = 20_000;
/** Consecutive failed frames after which the rest is skipped. */
const MAX_CONSECUTIVE_FAILURES = 8;

type Decoded = Pick<IngestedFile, 'raster'> & {
  /** The tissue region of an ultrasound image, if the file declares one. */
  readonly tissue: PixelBox | null;
  /** Pixel height divided by width. */
  readonly pixelAspect: number;
  readonly facts: Omit<FileFacts, 'hash' | 'fileBytes' | 'colour'>;
};

/** A parsed file whose frames can be decoded one by one. */
interface OpenFile {
  readonly frames: number;
  decode(frame: number): Promise<Decoded>;
}

function openDicom(bytes: Buffer, intensity: Intensity): OpenFile {
  const parsed = parseDicom(bytes);
  return {
    // Reading a frame reports any other fault of the header.
    frames: countFrames(parsed),
    async decode(index) {
      const { frame, header, tissue, notes } = await describeDicomFrame(parsed, index);
      const { image } = frame;
      return {
        raster: frame.forModel(intensity),
        tissue,
        pixelAspect: frame.pixelAspect,
        facts: {
          kind: 'dicom',
          width: image.columns,
          height: image.rows,
          frames: image.frames,
          frame: index,
          bitsStored: image.bitsStored,
          photometricInterpretation: image.photometricInterpretation || null,
          transferSyntax: parsed.transferSyntax,
          window: frame.window,
          range: frame.range,
          ...header,
          warnings: notes,
        },
      };
    },
  };
}

function openBitmapFile(
  bytes: Buffer,
  kind: 'png' | 'jpeg',
  intensity: Intensity,
  wideSamples: WideSamples | undefined,
): OpenFile {
  return {
    frames: 1,
    async decode(frame) {
      if (frame !== 0) throw new FoveaError('not_found', `The image has one frame; frame ${frame + 1} was requested.`);
      const { stored, pixelAspect, bits, window, range, notes, forModel } = await openBitmap(bytes);
      return {
        raster: forModel(intensity, wideSamples),
        tissue: null,
        pixelAspect,
        facts: {
          kind,
          width: stored.width,
          height: stored.height,
          frames: 1,
          frame: 0,
          bitsStored: bits,
          photometricInterpretation: null,
          transferSyntax: null,
          modality: null,
          window,
          range,
          identity: NO_IDENTITY,
          subject: { sex: null, age: null },
          equipment: { manufacturer: null, model: null, station: null, institution: null },
          acquiredYear: null,
          burnedInAnnotation: 'unknown',
          warnings: notes,
        },
      };
    },
  };
}

function openBytes(bytes: Buffer, intensity: Intensity, { wideSamples }: Reading): OpenFile {
  const kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  if (kind === null) throw notAnImage(bytes);
  return kind === 'dicom' ? openDicom(bytes, intensity) : openBitmapFile(bytes, kind, intensity, wideSamples);
}

/** Pipeline settings: how samples are read, the pixel shape, and the crop. */
interface Reading {
  readonly wideSamples?: WideSamples | undefined;
  readonly pixels?: PixelShape | undefined;
}
interface Shaping extends Reading {
  readonly crop?: Crop | undefined;
}

interface Shaped {
  readonly raster: Raster;
  /** Whether the whole picture has colour. */
  readonly colour: boolean;
  readonly wasSquare: boolean;
}

function shape(decoded: Decoded, { shortSide, crop, pixels }: { readonly shortSide: number } & Shaping): Shaped {
  const { tissue, pixelAspect } = decoded;
  const whole = dropEqualChannels(decoded.raster);
  // A coloured banner does not make the tissue coloured.
  const picture = crop === undefined || tissue === null ? whole : dropEqualChannels(cropRaster(whole, tissue));
  const shaped = pixels === 'square' ? toSquarePixels(picture, pixelAspect) : picture;
  return {
    raster: toCanonicalRaster(shaped, shortSide),
    colour: whole.channels === 3,
    wasSquare: shaped === picture,
  };
}

async function finish(
  decoded: Decoded,
  source: { readonly hash: string; readonly fileBytes: number },
  shaping: { readonly shortSide: number } & Shaping,
): Promise<IngestedFile> {
  const { raster, colour, wasSquare } = shape(decoded, shaping);
  const warnings = wasSquare ? decoded.facts.warnings : [...decoded.facts.warnings, NOT_SQUARE];
  const facts = { ...decoded.facts, ...source, colour, warnings };
  const thumbnail = await encodeJpeg(shrinkToLongSide(raster, THUMBNAIL_SIDE));
  return { facts, raster, thumbnail, picture: pictureFacts(raster) };
}

/**
 * Converts one frame of a file to what the store keeps: facts, canonical raster (by the model's path) and thumbnail.
 * @throws FoveaError for the user
 */
export async function ingestFile(
  path: string,
  intensity: Intensity,
  shortSide: number,
  { frame = 0, crop, pixels, wideSamples }: { readonly frame?: number | undefined } & Shaping = {},
): Promise<IngestedFile> {
  const bytes = await readWholeFile(path);
  const decoded = await openBytes(bytes, intensity, { wideSamples }).decode(frame);
  return finish(decoded, { hash: sha256(bytes), fileBytes: bytes.length }, { shortSide, crop, pixels });
}

/**
 * Converts one frame of a file to its canonical raster, without what else the store keeps.
 * @throws FoveaError for the user
 */
export async function readCanonicalRaster(
  path: string,
  intensity: Intensity,
  shortSide: number,
  { frame = 0, wideSamples, ...shaping }: { readonly frame?: number | undefined } & Shaping = {},
): Promise<CanonicalRaster> {
  const bytes = await readWholeFile(path);
  const decoded = await openBytes(bytes, intensity, { wideSamples }).decode(frame);
  return { hash: sha256(bytes), raster: shape(decoded, { shortSide, ...shaping }).raster };
}

/**
 * Ingests the chosen frames of a file from index `from`, as many as one call may take. A frame that cannot be decoded
 * is an outcome; only a file that cannot be opened at all throws. After several consecutive failures, or if the file
 * ends within a frame, the rest is skipped: `next` is then `chosen`.
 */
export async function ingestFrames(
  path: string,
  intensity: Intensity,
  shortSide: number,
  choice: FrameChoice,
  from: number,
  { pixels, wideSamples }: Reading = {},
): Promise<IngestedFrames> {
  const bytes = await readWholeFile(path);
  const open = openBytes(bytes, intensity, { wideSamples });
  const chosen = chooseFrames(choice, open.frames);
  if (chosen.count > MAX_FRAMES) {
    throw new FoveaError('too_large', `The file declares ${open.frames} frames, which exceeds Fovea’s limit.`, {
      hint: 'Import every nth frame, or the first or middle one.',
    });
  }
  const source = { hash: sha256(bytes), fileBytes: bytes.length };
  const started = performance.now();
  const outcomes: FrameOutcome[] = [];
  let failures = 0;
  let next = from;
  while (next < chosen.count && outcomes.length < MAX_FRAMES_PER_CALL) {
    const frame = chosen.at(next++);
    try {
      outcomes.push({ frame, file: await finish(await open.decode(frame), source, { shortSide, pixels }) });
      failures = 0;
    } catch (error) {
      const info = decodeErrorInfo(error);
      outcomes.push({ frame, error: info });
      failures += 1;
      if (failures === MAX_CONSECUTIVE_FAILURES || info.code === 'truncated')
        return { chosen: chosen.count, next: chosen.count, outcomes };
    }
    if (performance.now() - started > MAX_MILLISECONDS_PER_CALL) break;
  }
  return { chosen: chosen.count, next, outcomes };
}
