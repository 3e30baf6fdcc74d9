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
  /** Data outside the image was removed. */
  readonly stripped: boolean;
  /** Bits outside the sample values were cleared. */
  readonly cleared: boolean;
}

/** Compressed frames, one fragment each. */
export interface CleanFrames {
  readonly value: Buffer;
  readonly frames: number;
  /** Frames from which data outside the image was removed. */
  readonly stripped: number;
  readonly cleared: number;
  /** Fragments outside all frames, or undeclared frames, were removed. */
  readonly cut: boolean;
}

/**
 * Reduces encapsulated pixel data to the image: each frame without data that no decoder displays, as one fragment,
 * after a new Basic Offset Table.
 * @throws FoveaError `hidden_data` if such data cannot be removed, `damaged`, `truncated`,
 * `unsupported_transfer_syntax`
 */
export async function cleanFrames(
  dataSet: DataSet,
  pixelData: Element,
  image: ImageAttributes,
  transferSyntax: string,
): Promise<CleanFrames> {
  const fragments = pixelData.fragments ?? [];
  // The frames that an import reads; anything after them is removed.
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
  // Fovea can parse but not decode these.
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
      const mayHaveUnusedBits = precision > image.bitsStored || image.highBit >= image.bitsStored;
      // Only a JPEG-LS decoder knows where the data ends, and it rejects surplus data.
      if (mayHaveUnusedBits || encoding === 'jpeg-ls')
        refuseUnusedBits(await decodeFrame(encoding, frame.bytes, image), image);
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

/** RLE is lossless and simple enough to re-encode, so nothing of the old stream remains. */
function cleanRle(bytes: Uint8Array, image: ImageAttributes): CleanFrame {
  const { bytes: samples } = decodeRle(bytes, image);
  const cleared = clearUnusedBits(samples, image);
  const written = encodeRle(samples, image);
  return { bytes: written, stripped: Buffer.compare(written, bytes) !== 0, cleared };
}

/** Bits in a compressed stream cannot be cleared without re-encoding it. */
function refuseUnusedBits(frame: DecodedFrame, image: ImageAttributes): void {
  if (hasUnusedBits(frame, image)) {
    throw hiddenData('its compressed pixels have bits beyond Bits Stored');
  }
}

/** Encodes a Basic Offset Table, one fragment per frame and a delimiter, little endian (PS3.5, A.4). */
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
