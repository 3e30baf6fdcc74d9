import { expect, test } from 'vitest';
import type { Raster } from '#shared/imaging/raster';
import { dropEqualChannels, shrinkToLongSide, toCanonicalRaster, toSquarePixels } from './canonical-raster';

const grey = (width: number, height: number): Raster => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, index) => index % 251),
});

test('the short side is at most as requested, with the aspect ratio kept and never enlarged', () => {
  const size = ({ width, height }: Raster) => [width, height];
  expect(size(toCanonicalRaster(grey(1000, 700), 512))).toEqual([731, 512]);
  expect(size(toCanonicalRaster(grey(700, 1400), 512))).toEqual([512, 1024]);
  expect(size(toCanonicalRaster(grey(320, 434), 512))).toEqual([320, 434]);
  expect(size(toCanonicalRaster(grey(5000, 1), 512))).toEqual([5000, 1]);
  expect(size(shrinkToLongSide(grey(1000, 700), 192))).toEqual([192, 134]);
  expect(size(shrinkToLongSide(grey(2000, 1), 192))).toEqual([192, 1]);
});

test('three equal channels become one', () => {
  const data = Uint8Array.of(1, 1, 1, 9, 9, 9);
  expect(dropEqualChannels({ width: 2, height: 1, channels: 3, data })).toEqual({
    width: 2,
    height: 1,
    channels: 1,
    data: Uint8Array.of(1, 9),
  });
  const colour: Raster = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 1, 1, 9, 9, 8) };
  expect(dropEqualChannels(colour)).toBe(colour);
});

test('square pixels: the longer side of a pixel is enlarged, never beyond the read limit', () => {
  const size = ({ width, height }: Raster) => [width, height];
  expect(size(toSquarePixels(grey(100, 50), 2))).toEqual([100, 100]);
  expect(size(toSquarePixels(grey(100, 50), 0.5))).toEqual([200, 50]);
  const square = grey(100, 50);
  for (const aspect of [1, 1.004, Number.NaN]) expect(toSquarePixels(square, aspect)).toBe(square);
  const { width, height } = toSquarePixels(grey(9_000, 9_000), 4);
  expect(width * height).toBeLessThanOrEqual(100_010_000);
  expect(height / width).toBeCloseTo(4, 2);
});
