import { describe, expect, test } from 'vitest';
import { openDicomFrame } from '../dicom/open-dicom';
import { parseDicom } from '../dicom/parse';
import { sharp } from '../raster/codec';
import { decodeBitmap } from '../raster/decode-bitmap';
import { dicomFile, encapsulated, imageModule } from '../test-support/dicom-bytes';
import { encodeBaseline, encodeFrame } from '../test-support/encode-frames';

const [WIDTH, HEIGHT] = [64, 48];
const wave = (at: number) => 128 + 60 * Math.sin((at % WIDTH) / 5) + 50 * Math.cos(at / WIDTH / 4) + ((at * 7919) % 13);
const grey = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => wave(at));
const colour = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, at) => wave(Math.floor(at / 3)) - 9 * (at % 3));
const words = new Uint8Array(Uint16Array.from(grey, (value, at) => 16 * value + (at % 16)).buffer);
const rgb = () => sharp(colour, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

/** Without bytes after the end marker. */
const toEnd = (codestream: Buffer) => codestream.subarray(0, codestream.lastIndexOf(Buffer.of(0xff, 0xd9)) + 2);

const end = Buffer.of(0xff, 0xd9);
type Change = (body: Buffer) => Buffer;
const before =
  (hex: string): Change =>
  (body) =>
    Buffer.concat([body, Buffer.from(hex, 'hex'), end]);
const after =
  (hex: string): Change =>
  (body) =>
    Buffer.concat([body, end, Buffer.from(hex, 'hex')]);
const inFrontOf =
  (marker: number, hex: string): Change =>
  (body) => {
    const at = body.indexOf(Buffer.of(0xff, marker));
    return Buffer.concat([body.subarray(0, at), Buffer.from(hex, 'hex'), body.subarray(at), end]);
  };

/** `body` is a codestream without its end marker. */
const harmless: readonly [string, Change][] = [
  ['stray bytes before the end marker', before('123456789a'.repeat(20))],
  ['fill bytes before the end marker', before('ffffff')],
  ['a stuffed byte before the end marker', before('ff00ff00')],
  ['a restart marker before the end marker', before('ffd0')],
  ['a comment before the end marker', before('fffe00044142')],
  ['two end markers', after('ffd9')],
  ['bytes after the end marker', after('07'.repeat(100))],
  ['no end marker', (body) => body],
  ['no end marker, and zeros', (body) => Buffer.concat([body, Buffer.alloc(20)])],
  ['half an end marker', (body) => Buffer.concat([body, Buffer.of(0xff)])],
  ['fill bytes before the scan', inFrontOf(0xda, 'ffff')],
  ['stray bytes before the scan', inFrontOf(0xda, '120034')],
];
const broken: readonly [string, Change][] = [
  ['half of it', (body) => body.subarray(0, body.length / 2)],
  ['cut by 100 bytes', (body) => body.subarray(0, -100)],
  ['cut by 100 bytes, with an end marker', (body) => Buffer.concat([body.subarray(0, -100), end])],
];

const baseline = await encodeBaseline(grey, WIDTH, HEIGHT);
const colourJpeg = await rgb().jpeg({ quality: 90 }).toBuffer();
const bits = { width: WIDTH, height: HEIGHT, bits: 12 } as const;
const deep = imageModule({ rows: HEIGHT, columns: WIDTH, allocated: 16, stored: 12 });

// References, run on these files: Pillow 13.0.0 opens the bitmaps except those without an end marker, which browsers
// open; pydicom 3.0.2 (Pillow, pylibjpeg) opens the DICOM files, DCMTK 3.6.7 those with an end marker. All give the
// pixels of the file without the oddity. None rejects all of the broken files.
describe.each([
  ['grey', baseline],
  ['colour', colourJpeg],
  ['progressive', await rgb().jpeg({ progressive: true }).toBuffer()],
])('a photograph, %s', (_kind, jpeg) => {
  const body = jpeg.subarray(0, -2);
  test.each(harmless)('%s: complete', async (_name, change) => {
    const [clean, odd] = await Promise.all([jpeg, change(body)].map((bytes) => decodeBitmap(bytes)));
    expect(Buffer.compare(Buffer.from(odd?.samples ?? []), Buffer.from(clean?.samples ?? []))).toBe(0);
  });
  test.each(broken)('%s: rejected', async (_name, change) => {
    await expect(decodeBitmap(change(body))).rejects.toMatchObject({ name: 'FoveaError' });
  });
});

test('a photograph read without its stray bytes keeps its EXIF orientation, and is noted', async () => {
  const jpeg = await rgb().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { width, height, header } = await decodeBitmap(jpeg.subarray(0, -2));
  expect([width, height]).toEqual([HEIGHT, WIDTH]);
  expect(header.notes).toEqual([expect.stringContaining('no end marker')]);
});

describe.each([
  ['JPEG baseline, grey', '50', imageModule({ rows: HEIGHT, columns: WIDTH }), baseline],
  [
    'JPEG baseline, colour',
    '50',
    imageModule({ rows: HEIGHT, columns: WIDTH, samples: 3, photometric: 'YBR_FULL_422' }),
    colourJpeg,
  ],
  ['JPEG lossless', '70', deep, toEnd(await encodeFrame('encodeJpeg', words, bits, { lossy: false }))],
] as const)('encapsulated, %s', (_kind, syntax, module, codestream) => {
  const body = codestream.subarray(0, -2);
  const open = (bytes: Buffer) =>
    openDicomFrame(parseDicom(dicomFile(module, `1.2.840.10008.1.2.4.${syntax}`, encapsulated([], [bytes]))), 0);
  test.each(harmless)('%s: complete', async (_name, change) => {
    const [clean, odd] = await Promise.all([codestream, change(body)].map(open));
    expect(odd?.stored.values).toEqual(clean?.stored.values);
  });
  test.each(broken)('%s: rejected, with no pixels made up', async (_name, change) => {
    await expect(open(change(body))).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe.each([
  ['JPEG 2000', '90', await encodeFrame('encodeJpeg2000', words, bits, { lossy: false })],
  ['HTJ2K', '201', await encodeFrame('encodeHtJpeg2000', words, bits, { lossy: false })],
])('encapsulated, %s', (_kind, syntax, encoded) => {
  const codestream = toEnd(encoded);
  const body = codestream.subarray(0, -2);
  const open = (bytes: Buffer) =>
    openDicomFrame(parseDicom(dicomFile(deep, `1.2.840.10008.1.2.4.${syntax}`, encapsulated([], [bytes]))), 0);
  test.each(harmless.slice(0, -2))('%s: complete', async (_name, change) => {
    const [clean, odd] = await Promise.all([codestream, change(body)].map(open));
    expect(odd?.stored.values).toEqual(clean?.stored.values);
  });
  test.each(broken)('%s: rejected, with no pixels made up', async (_name, change) => {
    await expect(open(change(body))).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('encapsulated, JPEG-LS', async () => {
  const codestream = toEnd(await encodeFrame('encodeJpegLs', words, bits, {}));
  const open = (bytes: Buffer) =>
    openDicomFrame(parseDicom(dicomFile(deep, '1.2.840.10008.1.2.4.80', encapsulated([], [bytes]))), 0);
  // Only a decoder knows where the data ends: CharLS rejects more of these files, and so does Fovea.
  test.each(harmless.filter(([name]) => !/stray bytes before the end|stuffed/.test(name)))(
    '%s: complete',
    async (_name, change) => {
      const [clean, odd] = await Promise.all([codestream, change(codestream.subarray(0, -2))].map(open));
      expect(odd?.stored.values).toEqual(clean?.stored.values);
    },
  );
});
