import { checkScans } from '../../jpeg/strip-jpeg';
import { checkFrameHeader } from '../codestream/check-frame-header';
import { type JpegHeader, readJpegHeader } from '../codestream/jpeg-header';
import { damaged, unsupportedImage } from '../damaged';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import { checkDecodedLength } from './check-decoded-length';
import { createWasmCodec } from './wasm-codec';

// Loaded on first use: the package pulls in a large library.
const codec = createWasmCodec(async () => {
  const { default: library } = await import('dcmjs-codecs');
  const { Context, NativeCodecs } = library;
  NativeCodecs.release();
  await NativeCodecs.initializeAsync();
  return { Context, NativeCodecs };
});

/** Baseline, extended sequential and lossless: the processes that DICOM allows (PS3.5, A.4.1 and A.4.2). */
const PROCESSES = new Set([0xc0, 0xc1, 0xc3]);

/**
 * Decodes JPEG with dcmjs-codecs, which returns the components as stored: 8-bit and 12-bit sequential, and lossless up
 * to 16 bits.
 */
export async function decodeJpegSequential(codestream: Uint8Array, image: ImageAttributes): Promise<DecodedFrame> {
  const header = readJpegHeader(codestream);
  if (!PROCESSES.has(header.process)) {
    throw unsupportedImage('The compressed image uses a JPEG process that its transfer syntax does not allow.');
  }
  checkFrameHeader({ ...header, components: header.componentIds.length }, image);
  // The decoder ignores missing data.
  checkScans(codestream);
  const bytesPerSample = header.precision <= 8 ? 1 : 2;
  const bytes = await codec.run(({ Context, NativeCodecs }) => {
    const context = new Context({
      width: image.columns,
      height: image.rows,
      bitsAllocated: 8 * bytesPerSample,
      bitsStored: header.precision,
      samplesPerPixel: image.samples,
      pixelRepresentation: image.signed ? 1 : 0,
      planarConfiguration: 0,
      photometricInterpretation: image.photometricInterpretation,
      encodedBuffer: codestream,
    });
    const decoded = NativeCodecs.decodeJpeg(context, { convertColorspaceToRgb: false }).getDecodedBuffer();
    if (decoded === undefined) throw damaged('The compressed image is damaged: it decodes to nothing.');
    checkDecodedLength(decoded, bytesPerSample, image);
    return decoded;
  });
  return {
    bytes,
    bytesPerSample,
    planar: false,
    precision: header.precision,
    shift: 0,
    signExtended: false,
    photometricInterpretation: storedColours(header, image),
  };
}

/** Photometric interpretation of the components: the codestream takes precedence over the file's header. */
function storedColours(header: JpegHeader, image: ImageAttributes): string {
  const declared = image.photometricInterpretation;
  if (image.samples !== 3) return declared;
  const ids = String.fromCharCode(...header.componentIds).toUpperCase();
  if (ids === 'RGB' || header.adobeTransform === 0) return 'RGB';
  if (declared.startsWith('YBR_PARTIAL')) return declared;
  if (header.process !== 0xc3 && (header.jfif || header.adobeTransform === 1)) return 'YBR_FULL';
  return declared === 'YBR_FULL_422' ? 'YBR_FULL' : declared;
}
