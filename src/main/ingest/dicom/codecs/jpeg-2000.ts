import { checkFrameHeader } from '../codestream/check-frame-header';
import { findJpeg2000Codestream, type Jpeg2000Header, readJpeg2000Header } from '../codestream/jpeg-2000-header';
import { endTileParts } from '../codestream/tile-parts';
import { damaged, unsupportedImage } from '../damaged';
import type { DecodedFrame } from '../decoded-frame';
import type { ImageAttributes } from '../image-attributes';
import { checkDecodedLength } from './check-decoded-length';
import { runEmscriptenDecoder } from './run-emscripten-decoder';
import { createWasmCodec, silentOptions } from './wasm-codec';

// The package's main export is asm.js, about seven times slower.
const openJpeg = createWasmCodec(async () => {
  const { default: load } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
  return load(silentOptions());
});

const openJph = createWasmCodec(async () => {
  const { default: load } = await import('@cornerstonejs/codec-openjph/wasmjs');
  return load(silentOptions());
});

/** More tiles than any scanner writes; each costs memory before the first pixel. */
const MAX_TILES = 65_536;

interface Checked {
  readonly codestream: Uint8Array;
  readonly header: Jpeg2000Header;
  readonly precision: number;
  readonly signed: boolean;
}

function check(bytes: Uint8Array, image: ImageAttributes): Checked {
  const codestream = bytes.subarray(findJpeg2000Codestream(bytes));
  const header = readJpeg2000Header(codestream);
  const [first] = header.components;
  if (first === undefined) throw damaged('The compressed image has no channels.');
  checkFrameHeader({ ...header, components: header.components.length, precision: first.precision }, image);
  if (header.subsampled || header.tiles > MAX_TILES) {
    throw unsupportedImage(
      'The compressed image has subsampled channels or too many tiles, which Fovea does not support.',
    );
  }
  if (header.components.some(({ precision, signed }) => precision !== first.precision || signed !== first.signed)) {
    throw unsupportedImage(
      'The channels of the compressed image have different bit depths, which Fovea does not support.',
    );
  }
  return { codestream: endTileParts(codestream), header, ...first };
}

function bytesPerSample({ precision }: Checked): 1 | 2 | 4 {
  return precision <= 8 ? 1 : precision <= 16 ? 2 : 4;
}

function toFrame(bytes: Uint8Array, checked: Checked, image: ImageAttributes): DecodedFrame {
  const declared = image.photometricInterpretation;
  const transformed = checked.header.colourTransform || declared === 'YBR_ICT' || declared === 'YBR_RCT';
  return {
    bytes,
    bytesPerSample: bytesPerSample(checked),
    planar: false,
    precision: checked.precision,
    shift: 0,
    signExtended: checked.signed,
    // The decoder undoes the component transformation (YBR_ICT, YBR_RCT) and returns RGB.
    photometricInterpretation: transformed ? 'RGB' : declared,
  };
}

/** Decodes JPEG 2000, reversible and irreversible (PS3.5, A.4.4), with OpenJPEG. */
export async function decodeJpeg2000(bytes: Uint8Array, image: ImageAttributes): Promise<DecodedFrame> {
  const checked = check(bytes, image);
  const pixels = await openJpeg.run((module) => {
    const decoded = runEmscriptenDecoder(new module.J2KDecoder(), checked.codestream);
    checkDecodedLength(decoded.bytes, bytesPerSample(checked), image);
    return decoded.bytes;
  });
  return toFrame(pixels, checked, image);
}

/** Decodes High-Throughput JPEG 2000 (PS3.5, A.4.10) with OpenJPH. */
export async function decodeHtj2k(bytes: Uint8Array, image: ImageAttributes): Promise<DecodedFrame> {
  const checked = check(bytes, image);
  const pixels = await openJph.run((module) => {
    const decoded = runEmscriptenDecoder(new module.HTJ2KDecoder(), checked.codestream);
    checkDecodedLength(decoded.bytes, bytesPerSample(checked), image);
    return decoded.bytes;
  });
  return toFrame(pixels, checked, image);
}
