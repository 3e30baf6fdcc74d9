import sharp, { type PngOptions } from 'sharp';
import { expect, it } from 'vitest';
import { seededRandom } from '../test-support/random';
import { decodePlainPng } from './decode-png';

/** Smooth enough that an encoder uses every filter. */
function samplesOf(width: number, height: number, channels: number): Buffer {
  const random = seededRandom(width + height + channels);
  return Buffer.from(
    Uint8Array.from({ length: width * height * channels }, (_, at) => {
      const x = Math.floor(at / channels) % width;
      const y = Math.floor(at / channels / width);
      return y < 8 ? 3 * x : y < 16 ? 5 * y : y < 24 ? random() * 256 : 2 * x + y + random() * 5;
    }),
  );
}

const encode = (width: number, height: number, channels: 1 | 2 | 3 | 4, options: PngOptions = {}) =>
  sharp(samplesOf(width, height, channels), { raw: { width, height, channels } })
    .toColourspace(channels < 3 ? 'b-w' : 'srgb')
    .png({ adaptiveFiltering: true, ...options })
    .toBuffer();

/** A chunk with another content, but without the right checksum. */
function damage(png: Buffer, type: string): Buffer {
  const copy = Buffer.from(png);
  const at = copy.indexOf(type, 0, 'latin1') + 6;
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

it.each([
  [1, 1, 1],
  [61, 47, 1],
  [40, 40, 3],
  [1, 30, 3],
] as const)('decodes %i x %i pixels of %i channels exactly', async (width, height, channels) => {
  const png = await encode(width, height, channels);
  const decoded = decodePlainPng(png);
  expect(decoded).toMatchObject({ width, height, channels });
  expect(Buffer.from(decoded?.samples ?? []).equals(samplesOf(width, height, channels))).toBe(true);
});

it('leaves other kinds, and any fault, to libvips', async () => {
  const png = await encode(61, 47, 1);
  const [header, body, end] = [png.subarray(0, 33), png.subarray(33, -12), png.subarray(-12)];
  const others = {
    alpha: await encode(20, 20, 4),
    'grey with alpha': await encode(20, 20, 2),
    palette: await encode(20, 20, 3, { palette: true }),
    interlaced: await encode(20, 20, 1, { progressive: true }),
    '16 bits': await sharp(png).toColourspace('grey16').png().toBuffer(),
    orientation: await sharp(png)
      .withExif({ IFD0: { Orientation: '6' } })
      .png()
      .toBuffer(),
    'cut off': png.subarray(0, -20),
    'no end': Buffer.concat([header, body]),
    'no pixels': Buffer.concat([header, end]),
    'a damaged header': damage(png, 'IHDR'),
    'damaged pixels': damage(png, 'IDAT'),
    empty: Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(others)) expect(decodePlainPng(bytes), what).toBeNull();
});
