import type { DataSet, Element } from 'dicom-parser';
import { stripJpeg } from '../../../jpeg/strip-jpeg';
import { decodeFrame } from '../../codecs/decode-frame';
import { decodeRle } from '../../codecs/rle';
import { checkFrameHeader } from '../../codestream/check-frame-header';
import { findJpeg2000Codestream } from '../../codestream/jpeg-2000-header';
import { damaged } from '../../damaged';
import type { DecodedFrame } from '../../decoded-frame';
import { findFrames, joinFragments } from '../../encapsulated/frame-fragments';
import type { ImageAttributes } from '../../image-attributes';
import { isRetiredJpeg, pixelEncoding } from '../../transfer-syntax';
import { blankUnusedPackets } from './blank-unused-packets';
import { encodeRle } from './encode-rle';
import { hiddenData } from './hidden-data';
import { stripJpeg2000 } from './strip-jpeg-2000';
import { clearUnusedBits, hasUnusedBits } from './unused-bits';

interface CleanFrame {
  readonly bytes: Buffer;
  /** Something that was not the image is gone. */
  readonly stripped: boolean;
  /** Bits outside the sample values were cleared. */
  readonly cleared: boolean;
}

/** Compressed frames, one fragment each. */
export interface CleanFrames {
  readonly value: Buffer;
  readonly frames: number;
  /** Frames that lost something that was not the image. */
  readonly stripped: number;
  readonly cleared: number;
  /** Fragments that belong to no frame, or frames that the file does not speak of, were left out. */
  readonly cut: boolean;
}

/**
 * Encapsulated pixel data with nothing but the image in them: each frame without what no decoder shows, as one fragment,
 * behind a Basic Offset Table that is written anew. Errors: `hidden_data` where something of it cannot be taken out,
 * `damaged`, `truncated`, `unsupported_transfer_syntax`.
 */
export async function cleanFrames(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
): Promise<CleanFrames> {
  const fragments = pixelData.fragments ?? [];
  // The frames that an import reads; what is behind them goes.
  const encoding = isRetiredJpeg(transferSyntax) ? 'jpeg-baseline' : pixelEncoding(transferSyntax);
  const found = findFrames(dataSet, pixelData, image, encoding, false, new Set());
  const frames: CleanFrame[] = [];
  let used = 0;
  for (const own of found.frames.slice(0, found.count)) {
    used += own.length;
    frames.push(await cleanFrame(joinFragments(dataSet.byteArray, own), image, transferSyntax));
  }
  return {
    value: encapsulate(frames.map(({ bytes }) => bytes)),
    frames: frames.length,
    stripped: frames.filter(({ stripped }) => stripped).length,
    cleared: frames.filter(({ cleared }) => cleared).length,
    cut: used < fragments.length,
  };
}

async function cleanFrame(bytes: Uint8Array, image: ImageAttributes, transferSyntax: string): Promise<CleanFrame> {
  // Fovea does not decode these, but knows their parts.
  if (isRetiredJpeg(transferSyntax)) return cleanJpeg(bytes, image).frame;
  const encoding = pixelEncoding(transferSyntax);
  switch (encoding) {
    case 'rle':
      return cleanRle(bytes, image);
    case 'jpeg-2000':
    case 'htj2k': {
      const start = findJpeg2000Codestream(bytes);
      const stripped = stripJpeg2000(bytes.subarray(start));
      let last: DecodedFrame | null = null;
      const blanked = await blankUnusedPackets(stripped, async (codestream) => {
        const decoded = await decodeFrame(encoding, codestream, image);
        last ??= decoded;
        return decoded.bytes;
      });
      if (last !== null) refuseUnusedBits(last, image);
      return {
        bytes: blanked.bytes,
        stripped: start > 0 || stripped.removed > 0 || blanked.changed,
        cleared: false,
      };
    }
    case 'native':
      throw damaged('The image is compressed, but the file declares it as uncompressed.');
    default: {
      const { frame, precision } = cleanJpeg(bytes, image);
      const room = precision > image.bitsStored || image.highBit >= image.bitsStored;
      // Where the data of JPEG-LS end, only its decoder knows: it refuses data that it does not need.
      if (room || encoding === 'jpeg-ls') refuseUnusedBits(await decodeFrame(encoding, frame.bytes, image), image);
      return frame;
    }
  }
}

function cleanJpeg(
  source: Uint8Array,
  image: ImageAttributes,
): { readonly frame: CleanFrame; readonly precision: number } {
  const { bytes, removed, frame } = stripJpeg(Buffer.from(source.buffer, source.byteOffset, source.length));
  checkFrameHeader({ ...frame, components: frame.components.length }, image);
  return { frame: { bytes, stripped: removed > 0, cleared: false }, precision: frame.precision };
}

/** Run lengths are lossless, and simple enough to be written anew: nothing of the old stream stays. */
function cleanRle(bytes: Uint8Array, image: ImageAttributes): CleanFrame {
  const { bytes: samples } = decodeRle(bytes, image);
  const cleared = clearUnusedBits(samples, image);
  const written = encodeRle(samples, image);
  return { bytes: written, stripped: Buffer.compare(written, bytes) !== 0, cleared };
}

/** A compressed stream cannot be masked without being made anew. */
function refuseUnusedBits(frame: DecodedFrame, image: ImageAttributes): void {
  if (hasUnusedBits(frame, image)) {
    throw hiddenData('its compressed pixels have bits beyond Bits Stored');
  }
}

/** Basic Offset Table, one fragment for each frame, delimiter (PS3.5, A.4), little endian. */
function encapsulate(frames: readonly Buffer[]): Buffer {
  const item = (content: Uint8Array): Buffer[] => {
    const head = Buffer.from('feff00e000000000', 'hex');
    head.writeUInt32LE(content.length + (content.length % 2), 4);
    return [head, Buffer.from(content), Buffer.alloc(content.length % 2)];
  };
  const offsets = Buffer.alloc(4 * frames.length);
  let at = 0;
  for (const [index, { length }] of frames.entries()) {
    offsets.writeUInt32LE(at, 4 * index);
    at += 8 + length + (length % 2);
  }
  return Buffer.concat([...item(offsets), ...frames.flatMap(item), Buffer.from('feffdde000000000', 'hex')]);
}
