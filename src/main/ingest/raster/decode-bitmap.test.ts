import { describe, expect, test } from 'vitest';
import { resizedJpeg } from '../test-support/hostile-pictures';
import { pngChunk } from '../test-support/png-bytes';
import { sharp } from './codec';
import { decodeBitmap } from './decode-bitmap';

// `sharp` here is the library with the same blocks as in production: its output is read by the same decoder as users'
// files.
const raw = (data: number[], width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(Uint8Array.from(data), { raw: { width, height, channels } });

test('a grey PNG stays one channel, byte for byte', async () => {
  const png = await raw([0, 7, 128, 255], 2, 2, 1).toColourspace('b-w').png().toBuffer();
  const { width, height, channels, samples } = await decodeBitmap(png);
  expect([width, height, channels]).toEqual([2, 2, 1]);
  expect([...samples]).toEqual([0, 7, 128, 255]);
});

test('a palette PNG becomes RGB', async () => {
  const png = await raw([255, 0, 0, 0, 0, 255], 2, 1, 3).png({ palette: true, colours: 4 }).toBuffer();
  expect((await sharp(png).metadata()).isPalette).toBe(true);
  const { channels, samples } = await decodeBitmap(png);
  expect([channels, ...samples]).toEqual([3, 255, 0, 0, 0, 0, 255]);
});

test('alpha is blended over black', async () => {
  const png = await raw([200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128], 3, 1, 4).png().toBuffer();
  const { samples } = await decodeBitmap(png);
  expect([...samples.subarray(0, 6)]).toEqual([200, 100, 50, 0, 0, 0]);
  expect(Math.abs((samples[6] as number) - 100)).toBeLessThanOrEqual(1);
});

test('grey with alpha stays grey', async () => {
  const png = await raw([200, 255, 200, 0], 2, 1, 2).toColourspace('b-w').png().toBuffer();
  const { channels, samples } = await decodeBitmap(png);
  expect([channels, ...samples]).toEqual([1, 200, 0]);
});

test('EXIF orientation is applied', async () => {
  const picture = sharp({ create: { width: 32, height: 16, channels: 3, background: '#000' } });
  const jpeg = await picture.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { width, height } = await decodeBitmap(jpeg);
  expect([width, height]).toEqual([16, 32]);
});

describe('CMYK JPEG looks as in Pillow', () => {
  // 8 x 8, written by Pillow 13.0.0 with Adobe's marker: ink (36 x, 36 y, 18 (x + y)) and black 5 (7 - x) y.
  const adobe = Buffer.from(
    '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAII/8QAJBAAAQEECwAAAAAAAAAAAAAAAAgREyRCCRQXGTE0RVFlgqP/2gAOBEMATQBZAEsAAD8AdKRq/cd6Ry/oNUipM3F7zFXpgU/bRVIt+9ZM3E//2Q==',
    'base64',
  );
  const transform = adobe.indexOf('Adobe') + 11;
  const ycck = Buffer.from(adobe);
  ycck[transform] = 2;
  const withoutMarker = Buffer.concat([adobe.subarray(0, 2), adobe.subarray(18)]);
  const profile = Buffer.alloc(200, 'ICC_PROFILE\0', 'latin1');
  const withProfile = Buffer.concat([
    adobe.subarray(0, 2),
    Buffer.from([0xff, 0xe2, 0, 202]),
    profile,
    adobe.subarray(2),
  ]);

  // np.asarray(Image.open(...).convert('RGB')) at (0, 0), (7, 0), (0, 7), (7, 7) and (4, 3) as (x, y). Both decode with
  // libjpeg's exact integer transform and no colour is subsampled here, so a difference of one count is rounding.
  const inks = [
    [255, 255, 254],
    [3, 254, 128],
    [11, 0, 6],
    [3, 3, 4],
    [91, 122, 106],
  ];
  test.each([
    ["Adobe's inverted CMYK", adobe, inks],
    ['without a marker', withoutMarker, inks],
    ['with a colour profile', withProfile, inks],
    [
      'YCCK',
      ycck,
      [
        [0, 134, 0],
        [250, 254, 27],
        [0, 0, 10],
        [254, 120, 254],
        [119, 126, 91],
      ],
    ],
  ])('%s', async (_, bytes, expected) => {
    const { samples, channels, header } = await decodeBitmap(bytes);
    expect(channels).toBe(3);
    const places = [0, 7, 56, 63, 28];
    const seen = places.flatMap((place) => [...samples.subarray(3 * place, 3 * place + 3)]);
    const worst = Math.max(...seen.map((value, at) => Math.abs(value - (expected.flat()[at] as number))));
    expect(worst).toBeLessThanOrEqual(1);
    expect(header.notes).toEqual([expect.stringContaining('CMYK')]);
  });
});

describe('complete but unsupported files are named', () => {
  const jpeg = raw([1, 2, 3, 4], 2, 2, 1).jpeg().toBuffer();
  /** A valid file with another start of frame or precision. */
  const changed = async (offset: number, value: number) => {
    const bytes = Buffer.from(await jpeg);
    bytes[bytes.indexOf(Buffer.from([0xff, 0xc0])) + offset] = value;
    return bytes;
  };

  test.each([
    ['a lossless JPEG', 1, 0xc3],
    ['a hierarchical JPEG', 1, 0xc5],
    ['a JPEG-LS image', 1, 0xf7],
    ['a JPEG with 12 bits per sample', 4, 12],
  ])('%s', async (name, offset, value) => {
    await expect(decodeBitmap(await changed(offset, value))).rejects.toMatchObject({
      code: 'unsupported_image',
      message: `This is ${name}, which Fovea does not read.`,
    });
  });

  test("Apple's PNG", async () => {
    const good = await raw([1, 2, 3, 4], 2, 2, 1).png().toBuffer();
    const apple = Buffer.concat([good.subarray(0, 8), pngChunk('CgBI', [0x50, 0, 0x20, 2]), good.subarray(8)]);
    await expect(decodeBitmap(apple)).rejects.toMatchObject({ code: 'unsupported_image' });
  });

  test('a damaged PNG with its end is not called truncated, whatever follows', async () => {
    const good = await raw(
      Array.from({ length: 400 }, (_, at) => at % 251),
      20,
      20,
      1,
    )
      .png()
      .toBuffer();
    const bytes = Buffer.from(good);
    bytes[bytes.indexOf('IDAT') + 20] = (bytes[bytes.indexOf('IDAT') + 20] as number) ^ 0xff;
    const longer = Buffer.concat([bytes, Buffer.alloc(500)]);
    await expect(decodeBitmap(longer)).rejects.toMatchObject({ code: 'damaged' });
  });
});

test('truncated, damaged and unsupported files', async () => {
  const noise = Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
  const png = await raw(noise, 64, 64, 1).png().toBuffer();
  await expect(decodeBitmap(png.subarray(0, png.length / 2))).rejects.toMatchObject({ code: 'truncated' });
  const jpeg = await raw(noise, 64, 64, 1).jpeg().toBuffer();
  await expect(decodeBitmap(jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({ code: 'truncated' });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await expect(decodeBitmap(svg)).rejects.toMatchObject({ name: 'FoveaError' });
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
  await expect(decodeBitmap(gif)).rejects.toMatchObject({ name: 'FoveaError' });
});

test('a JPEG whose pixels a decoder would make up is rejected', async () => {
  const noise = Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
  const jpeg = await raw(noise, 64, 64, 1).jpeg({ quality: 90 }).toBuffer();
  const end = Buffer.from('ffd9', 'hex');
  // As left by file recovery programs: the end of the data is missing, and an end marker added.
  const rescued = Buffer.concat([jpeg.subarray(0, jpeg.length - 500), end]);
  await expect(decodeBitmap(rescued)).rejects.toMatchObject({ code: 'truncated' });
  const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer();
  await expect(
    decodeBitmap(Buffer.concat([progressive.subarray(0, progressive.length - 500), end])),
  ).rejects.toMatchObject({ code: 'truncated' });
  await expect(decodeBitmap(resizedJpeg(jpeg, 640, 640))).rejects.toMatchObject({ code: 'truncated' });
  // A code that is in no table.
  const corrupt = Buffer.from(jpeg);
  corrupt.fill(0xfe, jpeg.length - 600, jpeg.length - 500);
  await expect(decodeBitmap(corrupt)).rejects.toMatchObject({ name: 'FoveaError' });
  // Bytes after the last segment are harmless.
  const { width } = await decodeBitmap(Buffer.concat([jpeg, Buffer.alloc(64, 7)]));
  expect(width).toBe(64);
});

test('a header that claims a million pixels per side', async () => {
  const png = await raw([0], 1, 1, 1).png().toBuffer();
  png.writeUInt32BE(1_000_000, 16);
  png.writeUInt32BE(1_000_000, 20);
  await expect(decodeBitmap(png)).rejects.toMatchObject({ name: 'FoveaError' });
});
