import { checkFrameHeader } from '../codestream/check-frame-header';
import { readJpegHeader } from '../codestream/jpeg-header';
import { damaged } from '../damaged';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import { checkDecodedLength } from './check-decoded-length';
import { runEmscriptenDecoder } from './run-emscripten-decoder';
import { createWasmCodec, silentOptions } from './wasm-codec';

const codec = createWasmCodec(async () => {
  const { default: load } = await import('@cornerstonejs/codec-charls/decodewasmjs');
  return load(silentOptions());
});

/**
 * Decodes JPEG-LS, lossless and near-lossless (PS3.5, A.4.3), with CharLS. JPEG-LS has no sign, so values are unsigned.
 */
export async function decodeJpegLs(codestream: Uint8Array, image: ImageAttributes): Promise<DecodedFrame> {
  const header = readJpegHeader(codestream);
  if (header.process !== 0xf7) throw damaged('The compressed image is not JPEG-LS, although the file declares it.');
  checkFrameHeader({ ...header, components: header.componentIds.length }, image);
  const bytesPerSample = header.precision <= 8 ? 1 : 2;
  const { bytes, info } = await codec.run((module) => {
    const decoder = new module.JpegLSDecoder();
    const decoded = runEmscriptenDecoder(decoder, codestream, () => decoder.getInterleaveMode());
    checkDecodedLength(decoded.bytes, bytesPerSample, image);
    return decoded;
  });
  return {
    bytes,
    bytesPerSample,
    planar: image.samples === 3 && info === 0,
    precision: header.precision,
    shift: 0,
    signExtended: false,
    photometricInterpretation: image.photometricInterpretation,
  };
}
