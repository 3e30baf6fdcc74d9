import library from 'dcmjs-codecs';
import { sharp } from '../raster/codec';

type EncoderName = 'encodeJpeg' | 'encodeJpegLs' | 'encodeJpeg2000' | 'encodeHtJpeg2000';
type Encode = (context: object, parameters: object) => { getEncodedBuffer(): Uint8Array };

/** Encodes one frame of `bits`-bit grey samples (little endian) with dcmjs-codecs. */
export async function encodeFrame(
  encoder: EncoderName,
  samples: Uint8Array,
  size: { readonly width: number; readonly height: number; readonly bits: 8 | 12 | 16; readonly signed?: boolean },
  parameters: object,
): Promise<Buffer> {
  const { Context, NativeCodecs } = library as unknown as {
    readonly Context: new (attributes: object) => object;
    readonly NativeCodecs: { initializeAsync(): Promise<void> } & Readonly<Record<EncoderName, Encode>>;
  };
  await NativeCodecs.initializeAsync();
  const context = new Context({
    width: size.width,
    height: size.height,
    bitsAllocated: size.bits === 8 ? 8 : 16,
    bitsStored: size.bits,
    samplesPerPixel: 1,
    pixelRepresentation: size.signed === true ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: samples,
  });
  return Buffer.from(NativeCodecs[encoder](context, parameters).getEncodedBuffer());
}

/** Encodes 8-bit grey as baseline JPEG. */
export const encodeBaseline = (samples: Uint8Array, width: number, height: number): Promise<Buffer> =>
  sharp(samples, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: 95 })
    .toBuffer();
