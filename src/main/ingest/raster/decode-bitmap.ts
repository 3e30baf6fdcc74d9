import { FoveaError } from '#shared/ipc/errors';
import { checkScans, tidyJpeg } from '../jpeg/strip-jpeg';
import { MAX_PIXELS } from '../limits';
import { sharp } from './codec';
import { decodePlainPng } from './decode-png';
import type { BitmapHeader } from './header/bitmap-header';
import { readBitmapHeader } from './header/read-bitmap-header';
import { orientationSegment } from './strip-metadata/orientation-exif';

/** A decoded PNG or JPEG: upright, alpha over black, grey or RGB. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** As stored, interleaved [height, width, channels]; 16 bits for a 16-bit PNG. */
  readonly samples: Uint8Array | Uint16Array;
  readonly header: BitmapHeader;
  /** Pixel height divided by width, after orientation. */
  readonly pixelAspect: number;
}

const open = (bytes: Uint8Array, failOn: 'error' | 'warning' = 'error') =>
  // `ignoreIcc`: colours as stored, as in Pillow and every training pipeline.
  sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn, ignoreIcc: true });

/**
 * Whether a warning means invented pixels: libjpeg only warns if the data of a scan is corrupt or ends early, and
 * invents the rest of the image (jerror.h). Bytes between segments are harmless.
 */
const isMadeUp = (reason: string): boolean =>
  reason.includes('Corrupt JPEG data') && !reason.includes('extraneous bytes');

/**
 * Runs `decode` so that warnings about invented pixels fail; after a harmless warning, decodes again ignoring warnings.
 */
async function withoutMadeUpPixels<Result>(decode: (failOn: 'error' | 'warning') => Promise<Result>): Promise<Result> {
  try {
    return await decode('warning');
  } catch (error) {
    if (error instanceof Error && isMadeUp(error.message)) throw error;
    return decode('error');
  }
}

function refused(error: unknown, header: BitmapHeader): FoveaError {
  const reason = error instanceof Error ? error.message : '';
  if (reason.includes('exceeds pixel limit')) {
    return new FoveaError('too_large', 'The image has more pixels than Fovea supports.', { cause: error });
  }
  if (header.unsupported !== null) {
    return new FoveaError('unsupported_image', `This is ${header.unsupported}, which Fovea does not read.`, {
      hint: 'Open it in an image program and save it as a standard PNG or JPEG.',
      cause: error,
    });
  }
  if (/premature|truncated|end of|too short|not enough|too early/i.test(reason) || !header.whole) {
    return new FoveaError('truncated', 'The image is incomplete.', {
      hint: 'The copy was probably interrupted. Copy or export it again.',
      cause: error,
    });
  }
  return new FoveaError('damaged', 'The image is damaged and could not be decoded.', {
    hint: 'Open it in another program to check it, or export it again.',
    cause: error,
  });
}

/**
 * Converts CMYK samples to RGB like Pillow's `convert('RGB')`: (255 - ink) (255 - black) / 255, rounded. libvips has
 * undone Adobe's inversion and YCCK, and like Pillow treats files without Adobe's marker as inverted too.
 */
function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - (cmyk[from + 3] as number);
    for (let ink = 0; ink < 3; ink++) {
      rgb[to + ink] = Math.round(((255 - (cmyk[from + ink] as number)) * light) / 255);
    }
  }
  return rgb;
}

/**
 * Decodes a PNG (1 to 16 bits, grey, palette, RGB, alpha) or JPEG (grey, RGB, CMYK; EXIF orientation applied).
 * @throws FoveaError `unsupported_image`, `damaged`, `truncated`, `too_large`
 */
export async function decodeBitmap(bytes: Uint8Array): Promise<Bitmap> {
  const header = readBitmapHeader(bytes);
  const plain = decodePlainPng(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  if (plain !== null) return { ...plain, header, pixelAspect: header.pixelAspect };
  try {
    const { space, depth, hasAlpha, channels, orientation = 1 } = await open(bytes).metadata();
    const wide = depth === 'ushort';
    const grey = channels - (hasAlpha ? 1 : 0) === 1;
    const cmyk = space === 'cmyk';
    const target = cmyk ? 'cmyk' : grey ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
    const decode = (source: Uint8Array) =>
      withoutMadeUpPixels((failOn) => {
        const upright = open(source, failOn).autoOrient();
        const opaque = hasAlpha ? upright.flatten({ background: '#000000' }) : upright;
        // With CMYK as both source and target space, no conversion takes place.
        return (cmyk ? opaque.pipelineColourspace('cmyk') : opaque)
          .toColourspace(target)
          .raw({ depth: wide ? 'ushort' : 'uchar' })
          .toBuffer({ resolveWithObject: true });
      });
    const notes = [...header.notes];
    const decodeChecked = async () => {
      const decoded = await decode(bytes);
      // libvips checks for warnings before each row, so it misses those after the last ones.
      checkScans(bytes);
      return decoded;
    };
    const { data, info } = await decodeChecked().catch(async (error: unknown) => {
      const tidy = header.unsupported === null ? tidyJpeg(bytes, orientationSegment(orientation)) : null;
      if (tidy === null) throw error;
      const decoded = await decode(tidy);
      notes.push('The JPEG has stray bytes or no end marker, but the image itself is complete.');
      return decoded;
    });
    const { width, height } = info;
    const samples = wide
      ? new Uint16Array(data.buffer, data.byteOffset, data.length >> 1)
      : new Uint8Array(data.buffer, data.byteOffset, data.length);
    // Orientations 5 to 8 swap the axes, and with them width and height of a pixel.
    const pixelAspect = orientation >= 5 ? 1 / header.pixelAspect : header.pixelAspect;
    const picture = { width, height, header: { ...header, notes }, pixelAspect };
    if (info.channels === 4 && cmyk && samples instanceof Uint8Array) {
      return { ...picture, channels: 3, samples: cmykToRgb(samples) };
    }
    if (info.channels !== 1 && info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { ...picture, channels: info.channels, samples };
  } catch (error) {
    throw refused(error, header);
  }
}
