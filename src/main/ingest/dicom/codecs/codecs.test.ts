import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { sharp } from '../../raster/codec';
import { dicomFile, encapsulated, imageModule } from '../../test-support/dicom-bytes';
import { openDicomFrame } from '../open-dicom';
import { parseDicom } from '../parse';

const HTJ2K_LOSSLESS = '1.2.840.10008.1.2.4.201';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  setQuality(reversible: boolean, quantisation: number): void;
  encode(): void;
}
type EncoderModule = { readonly HTJ2KEncoder: new () => Encoder };

async function encodeHtj2k(values: Int16Array, width: number, height: number): Promise<Uint8Array> {
  const load = createRequire(import.meta.url)('@cornerstonejs/codec-openjph/wasmjs') as (
    o: object,
  ) => Promise<EncoderModule>;
  const { HTJ2KEncoder } = await load({ print: () => {}, printErr: () => {} });
  const encoder = new HTJ2KEncoder();
  const info = { width, height, bitsPerSample: 16, componentCount: 1, isSigned: true, isUsingColorTransform: false };
  encoder.getDecodedBuffer(info).set(new Uint8Array(values.buffer));
  encoder.setQuality(true, 0);
  encoder.encode();
  return encoder.getEncodedBuffer().slice();
}

const open = (file: Buffer) => openDicomFrame(parseDicom(file), 0);

describe('high-throughput JPEG 2000', () => {
  const values = Int16Array.from({ length: 64 * 48 }, (_, index) => ((index * 2654435761) % 65536) - 32768);
  const image = imageModule({ rows: 48, columns: 64, allocated: 16, signed: true });

  test('signed 16-bit values are preserved exactly', async () => {
    const codestream = await encodeHtj2k(values, 64, 48);
    const { stored } = await open(dicomFile(image, HTJ2K_LOSSLESS, encapsulated([], [codestream])));
    expect(stored.dtype).toBe('int16');
    expect(stored.values).toEqual(values);
  });

  test('a damaged codestream is rejected, and the next good one reads', async () => {
    const codestream = await encodeHtj2k(values, 64, 48);
    const bad = codestream.slice();
    bad.fill(0xff, 60, 90);
    await expect(open(dicomFile(image, HTJ2K_LOSSLESS, encapsulated([], [bad])))).rejects.toMatchObject({
      code: 'damaged',
    });
    const { stored } = await open(dicomFile(image, HTJ2K_LOSSLESS, encapsulated([], [codestream])));
    expect(stored.values).toEqual(values);
  });
});

describe('JPEG baseline', () => {
  const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, index) => (index * 5) % 256);
  const colour = sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } });
  const rgbImage = (photometric: string, rows = 30) => imageModule({ rows, columns: 40, samples: 3, photometric });

  test('grey: matches the other decoder in use', async () => {
    const jpeg = await colour.clone().toColourspace('b-w').jpeg().toBuffer();
    const file = dicomFile(imageModule({ rows: 30, columns: 40 }), JPEG_BASELINE, encapsulated([], [jpeg]));
    const expected = await sharp(jpeg).toColourspace('b-w').raw().toBuffer();
    const { stored } = await open(file);
    expect(stored.values.length).toBe(expected.length);
    for (const [index, value] of stored.values.entries()) {
      expect(Math.abs(value - (expected[index] as number))).toBeLessThanOrEqual(1);
    }
  });

  // JFIF means YCbCr (T.871), even if the file declares RGB.
  const jfif = Buffer.from('ffe000104a46494600010100000100010000', 'hex');
  test.each(['YBR_FULL_422', 'YBR_FULL', 'RGB'])('colour stored as %s is converted once', async (photometric) => {
    const bare = await colour.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const jpeg = Buffer.concat([bare.subarray(0, 2), jfif, bare.subarray(2)]);
    const frame = await open(dicomFile(rgbImage(photometric), JPEG_BASELINE, encapsulated([], [jpeg])));
    const expected = await sharp(jpeg).raw().toBuffer();
    const { data } = frame.forModel({ kind: 'auto' });
    expect(frame.stored.photometricInterpretation).toBe('YBR_FULL');
    for (const [index, value] of data.entries()) {
      expect(Math.abs(value - (expected[index] as number))).toBeLessThanOrEqual(2);
    }
  });

  test('sizes and channels that contradict the file are rejected before decoding', async () => {
    const jpeg = await colour.clone().jpeg().toBuffer();
    const other = (rows: number) =>
      open(dicomFile(rgbImage('YBR_FULL_422', rows), JPEG_BASELINE, encapsulated([], [jpeg])));
    await expect(other(31)).rejects.toThrow('40 x 30 pixels, but the file declares 40 x 31');
    const grey = imageModule({ rows: 30, columns: 40 });
    await expect(open(dicomFile(grey, JPEG_BASELINE, encapsulated([], [jpeg])))).rejects.toThrow('3 channels');
  });

  test('a progressive JPEG is rejected under this syntax', async () => {
    const jpeg = await colour.clone().jpeg({ progressive: true }).toBuffer();
    const file = dicomFile(rgbImage('YBR_FULL_422'), JPEG_BASELINE, encapsulated([], [jpeg]));
    await expect(open(file)).rejects.toMatchObject({ code: 'unsupported_image' });
  });

  test('compressed pixels under an uncompressed syntax, and the reverse', async () => {
    const jpeg = await colour.clone().jpeg().toBuffer();
    const native = dicomFile(rgbImage('RGB'), '1.2.840.10008.1.2.1', encapsulated([], [jpeg]));
    await expect(open(native)).rejects.toMatchObject({ code: 'damaged' });
    const plain = dicomFile([...rgbImage('RGB'), ['7fe00010', 'OB', pixels]], JPEG_BASELINE);
    await expect(open(plain)).rejects.toMatchObject({ code: 'damaged' });
  });
});
