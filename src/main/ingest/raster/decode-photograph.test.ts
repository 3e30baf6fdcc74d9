import { expect, test } from 'vitest';
import { resizedJpeg } from '../test-support/hostile-pictures';
import { sharp } from './codec';
import { decodePhotograph } from './decode-photograph';

// `sharp` here is the library with our blocks on: what it writes is read by the same decoder as users' files.
const raw = (data: number[], width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(Uint8Array.from(data), { raw: { width, height, channels } });

test('a grey PNG stays one channel, byte for byte', async () => {
  const png = await raw([0, 7, 128, 255], 2, 2, 1).toColourspace('b-w').png().toBuffer();
  const { raster, bits } = await decodePhotograph(png);
  expect([raster.width, raster.height, raster.channels, bits]).toEqual([2, 2, 1, 8]);
  expect([...raster.data]).toEqual([0, 7, 128, 255]);
});

test('a 16-bit PNG: round(v / 257)', async () => {
  const values = Uint16Array.of(0, 128, 129, 257, 32896, 65535);
  const png = await sharp(values, { raw: { width: 6, height: 1, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
  const { raster, bits, samples } = await decodePhotograph(png);
  expect(bits).toBe(16);
  expect([...samples]).toEqual([...values]);
  expect([...raster.data]).toEqual([0, 0, 1, 1, 128, 255]);
});

test('a palette PNG becomes RGB', async () => {
  const png = await raw([255, 0, 0, 0, 0, 255], 2, 1, 3).png({ palette: true, colours: 4 }).toBuffer();
  expect((await sharp(png).metadata()).isPalette).toBe(true);
  const { raster } = await decodePhotograph(png);
  expect([raster.channels, ...raster.data]).toEqual([3, 255, 0, 0, 0, 0, 255]);
});

test('alpha is laid over black', async () => {
  const png = await raw([200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128], 3, 1, 4).png().toBuffer();
  const { raster } = await decodePhotograph(png);
  expect([...raster.data.subarray(0, 6)]).toEqual([200, 100, 50, 0, 0, 0]);
  expect(Math.abs((raster.data[6] as number) - 100)).toBeLessThanOrEqual(1);
});

test('grey with alpha stays grey', async () => {
  const png = await raw([200, 255, 200, 0], 2, 1, 2).toColourspace('b-w').png().toBuffer();
  const { raster } = await decodePhotograph(png);
  expect([raster.channels, ...raster.data]).toEqual([1, 200, 0]);
});

test('EXIF orientation is applied', async () => {
  const picture = sharp({ create: { width: 32, height: 16, channels: 3, background: '#000' } });
  const jpeg = await picture.withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { raster } = await decodePhotograph(jpeg);
  expect([raster.width, raster.height]).toEqual([16, 32]);
});

test('a CMYK JPEG becomes RGB', async () => {
  const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } });
  const jpeg = await red.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  expect((await sharp(jpeg).metadata()).space).toBe('cmyk');
  const { raster } = await decodePhotograph(jpeg);
  const [r, g, b] = raster.data;
  expect(raster.channels).toBe(3);
  expect(r).toBeGreaterThan(180);
  expect(Math.max(g as number, b as number)).toBeLessThan(90);
});

test('cut off, damaged, and formats that are not ours', async () => {
  const noise = Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
  const png = await raw(noise, 64, 64, 1).png().toBuffer();
  await expect(decodePhotograph(png.subarray(0, png.length / 2))).rejects.toMatchObject({ code: 'truncated' });
  const jpeg = await raw(noise, 64, 64, 1).jpeg().toBuffer();
  await expect(decodePhotograph(jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({ code: 'truncated' });
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  await expect(decodePhotograph(svg)).rejects.toMatchObject({ code: 'damaged' });
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
  await expect(decodePhotograph(gif)).rejects.toMatchObject({ code: 'damaged' });
});

test('a JPEG whose pixels a decoder would make up is refused', async () => {
  const noise = Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
  const jpeg = await raw(noise, 64, 64, 1).jpeg({ quality: 90 }).toBuffer();
  const end = Buffer.from('ffd9', 'hex');
  // As programs that rescue files leave it: the end of the data is gone, and an end marker set.
  const rescued = Buffer.concat([jpeg.subarray(0, jpeg.length - 500), end]);
  await expect(decodePhotograph(rescued)).rejects.toMatchObject({ code: 'truncated' });
  const progressive = await sharp(jpeg).jpeg({ progressive: true }).toBuffer();
  await expect(
    decodePhotograph(Buffer.concat([progressive.subarray(0, progressive.length - 500), end])),
  ).rejects.toMatchObject({ code: 'truncated' });
  await expect(decodePhotograph(resizedJpeg(jpeg, 640, 640))).rejects.toMatchObject({ code: 'truncated' });
  // A code that no table has.
  const corrupt = Buffer.from(jpeg);
  corrupt.fill(0xfe, jpeg.length - 600, jpeg.length - 500);
  await expect(decodePhotograph(corrupt)).rejects.toMatchObject({ name: 'FoveaError' });
  // Bytes behind the last segment are harmless.
  const { raster } = await decodePhotograph(Buffer.concat([jpeg, Buffer.alloc(64, 7)]));
  expect(raster.width).toBe(64);
});

test('a header that promises a million pixels a side', async () => {
  const png = await raw([0], 1, 1, 1).png().toBuffer();
  png.writeUInt32BE(1_000_000, 16);
  png.writeUInt32BE(1_000_000, 20);
  await expect(decodePhotograph(png)).rejects.toMatchObject({ name: 'FoveaError' });
});
