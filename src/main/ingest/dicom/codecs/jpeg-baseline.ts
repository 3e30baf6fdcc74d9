import { checkFrameHeader } from '../codestream/check-frame-header';
import { readJpegHeader } from '../codestream/jpeg-header';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import { checkDecodedLength } from './check-decoded-length';
import { decodeJpegSequential } from './jpeg-sequential';
import { runEmscriptenDecoder } from './run-emscripten-decoder';
import { createWasmCodec, silentOptions } from './wasm-codec';

const codec = createWasmCodec(async () => {
  const { default: load } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
  return load(silentOptions());
});

/**
 * Decodes JPEG baseline (PS3.5, A.4.1): grey with libjpeg-turbo; colour as stored, unconverted, with the decoder for
 * the other processes.
 */
export async function decodeJpegBaseline(codestream: Uint8Array, image: ImageAttributes): Promise<DecodedFrame> {
  const header = readJpegHeader(codestream);
  if (image.samples === 3 || header.process !== 0xc0) return decodeJpegSequential(codestream, image);
  checkFrameHeader({ ...header, components: header.componentIds.length }, image);
  const bytes = await codec.run((module) => {
    const decoded = runEmscriptenDecoder(new module.JPEGDecoder(), codestream);
    checkDecodedLength(decoded.bytes, 1, image);
    return decoded.bytes;
  });
  return {
    bytes,
    bytesPerSample: 1,
    planar: false,
    precision: 8,
    shift: 0,
    signExtended: false,
    photometricInterpretation: image.photometricInterpretation,
  };
}
