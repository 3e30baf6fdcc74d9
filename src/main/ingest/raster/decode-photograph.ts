import type { Raster } from '#shared/imaging/raster';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_PIXELS } from '../limits';
import { sharp } from './codec';

/** A PNG or JPEG, decoded: turned upright, alpha over black, 8 bits, grey or RGB. */
export interface Photograph {
  readonly raster: Raster;
  /** Bits of a sample in the file: 16 for a 16-bit PNG, else 8. */
  readonly bits: 8 | 16;
  /** Samples as they are stored (after orientation and alpha), before 16 bits become 8; interleaved. */
  readonly samples: Uint8Array | Uint16Array;
  readonly colourSpace: string;
}

const open = (bytes: Uint8Array, failOn: 'error' | 'warning' = 'error') =>
  // `ignoreIcc`: colours as they are stored, as Pillow and every training pipeline reads them.
  sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn, ignoreIcc: true });

/**
 * libjpeg only warns where the data of a scan is corrupt or ends early, and makes the rest of the picture up
 * (jerror.h). Bytes between segments are harmless.
 */
const isMadeUp = (reason: string): boolean =>
  reason.includes('Corrupt JPEG data') && !reason.includes('extraneous bytes');

/** What `decode` gives; a warning that means no harm is passed over by decoding once more without it. */
async function withoutMadeUpPixels<Result>(decode: (failOn: 'error' | 'warning') => Promise<Result>): Promise<Result> {
  try {
    return await decode('warning');
  } catch (error) {
    if (error instanceof Error && isMadeUp(error.message)) throw error;
    return decode('error');
  }
}

/** A PNG ends with its IEND chunk. */
function lacksEnd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && !Buffer.from(bytes.subarray(-64)).includes('IEND');
}

function refused(error: unknown, bytes: Uint8Array): FoveaError {
  const reason = error instanceof Error ? error.message : '';
  if (reason.includes('exceeds pixel limit')) {
    return new FoveaError('too_large', 'The picture has more pixels than Fovea reads.', { cause: error });
  }
  if (/premature|truncated|end of|too short|not enough/i.test(reason) || lacksEnd(bytes)) {
    return new FoveaError('truncated', 'The picture ends before it is complete.', {
      hint: 'The copy was probably interrupted. Copy or export it again.',
      cause: error,
    });
  }
  return new FoveaError('damaged', 'The picture is damaged: it could not be decoded.', {
    hint: 'Open it in another program to check it, or export it again.',
    cause: error,
  });
}

/** round(v / 257). A loop: `Uint8Array.from` takes half a minute for the largest picture. */
function toBytes(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.round((samples[index] as number) / 257);
  return bytes;
}

/**
 * Decodes a PNG (1 to 16 bits, grey, palette, RGB, alpha) or JPEG (grey, RGB, CMYK; EXIF orientation applied).
 * 16-bit samples go to 8 by the full range of the type: round(v / 257), so that one picture saved both ways is the
 * same. Errors: `damaged`, `truncated`, `too_large`.
 */
export async function decodePhotograph(bytes: Uint8Array): Promise<Photograph> {
  try {
    const { space, depth, hasAlpha, channels } = await open(bytes).metadata();
    const wide = depth === 'ushort';
    const grey = channels - (hasAlpha ? 1 : 0) === 1;
    const target = grey ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
    const { data, info } = await withoutMadeUpPixels((failOn) => {
      const upright = open(bytes, failOn).autoOrient();
      const opaque = hasAlpha ? upright.flatten({ background: '#000000' }) : upright;
      return opaque
        .toColourspace(target)
        .raw({ depth: wide ? 'ushort' : 'uchar' })
        .toBuffer({ resolveWithObject: true });
    });
    if (info.channels !== 1 && info.channels !== 3) throw new Error(`${info.channels} channels`);
    const samples = wide
      ? new Uint16Array(data.buffer, data.byteOffset, data.length >> 1)
      : new Uint8Array(data.buffer, data.byteOffset, data.length);
    const pixels = samples instanceof Uint16Array ? toBytes(samples) : samples;
    return {
      raster: { width: info.width, height: info.height, channels: info.channels, data: pixels },
      bits: wide ? 16 : 8,
      samples,
      colourSpace: space,
    };
  } catch (error) {
    throw refused(error, bytes);
  }
}
