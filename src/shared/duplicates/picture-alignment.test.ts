import { describe, expect, it } from 'vitest';
import { createRandom } from '../imaging/random';
import type { Raster } from '../imaging/raster';
import { resizeBilinear } from '../imaging/resize';
import { alignmentText, alignPictures, compareUpright, SAME_PICTURE } from './picture-alignment';
import { blobs, mirrored, redrawn, turned } from './test-pictures';

const of = (one: Raster, map: (value: number) => number): Raster => ({ ...one, data: one.data.map(map) });
const cropped = (one: Raster, share: number, left: number, top: number): Raster =>
  redrawn(one, Math.round(share * one.width), Math.round(share * one.height), (x, y) => [
    x + left * one.width,
    y + top * one.height,
  ]);
/** About the centre, clockwise. */
const tilted = (one: Raster, degrees: number): Raster => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [(one.width - 1) / 2, (one.height - 1) / 2];
  return redrawn(one, one.width, one.height, (x, y) => [
    cx + cos * (x - cx) + sin * (y - cy),
    cy - sin * (x - cx) + cos * (y - cy),
  ]);
};

describe('aligned images', () => {
  const picture = blobs(1);
  const changes: Record<string, [Raster, { mirrored?: boolean; turned?: number }]> = {
    'as it is': [picture, { mirrored: false, turned: 0 }],
    mirrored: [mirrored(picture), { mirrored: true, turned: 0 }],
    'turned by a quarter': [turned(picture), {}],
    'upside down': [turned(turned(picture)), { mirrored: false, turned: 180 }],
    'cropped to 0.7': [cropped(picture, 0.7, 0.2, 0.1), { mirrored: false, turned: 0 }],
    'cropped to 0.6, mirrored': [mirrored(cropped(picture, 0.6, 0.1, 0.3)), { mirrored: true }],
    'with gamma 2': [of(picture, (value) => 255 * (value / 255) ** 2), { mirrored: false, turned: 0 }],
    'with a third of the contrast, mirrored': [of(mirrored(picture), (value) => 90 + value / 3), { mirrored: true }],
    'tilted by 10 degrees': [tilted(picture, 10), { mirrored: false }],
    'stretched to a square': [resizeBilinear(picture, 224, 224), { mirrored: false, turned: 0 }],
    'at half the size': [resizeBilinear(picture, 100, 75), { mirrored: false, turned: 0 }],
  };
  for (const [name, [copy, expected]] of Object.entries(changes)) {
    it(`are the same: ${name}`, () => {
      const there = alignPictures(picture, copy);
      expect(there.similarity).toBeGreaterThan(SAME_PICTURE + 0.05);
      expect(there).toMatchObject(expected);
      // Whichever of the two is asked about.
      expect(alignPictures(copy, picture).similarity).toBeGreaterThan(SAME_PICTURE);
    });
  }

  it('differ for two of one kind', () => {
    for (let seed = 2; seed < 8; seed++) {
      expect(alignPictures(blobs(seed), blobs(seed + 20)).similarity).toBeLessThan(SAME_PICTURE - 0.15);
    }
  });

  it('differ if only shape and border agree, as in radiographs of one projection', () => {
    // The same bright body on black in all, with different contents.
    const body = (seed: number): Raster => {
      const inside = blobs(seed);
      return {
        ...inside,
        data: inside.data.map((value, index) => {
          const [x, y] = [index % inside.width, Math.floor(index / inside.width)];
          const far = ((x - 100) / 90) ** 2 + ((y - 75) / 70) ** 2;
          return far > 1 ? 0 : 60 + 100 * (1 - far) + (value - 128) / 4;
        }),
      };
    };
    for (let seed = 2; seed < 6; seed++) {
      expect(compareUpright(body(seed), body(seed + 20)).similarity).toBeLessThan(SAME_PICTURE);
      expect(alignPictures(body(seed), body(seed + 20)).similarity).toBeLessThan(SAME_PICTURE);
      expect(alignPictures(body(seed), mirrored(body(seed))).similarity).toBeGreaterThan(SAME_PICTURE);
    }
  });

  it('are undecided if one is flat, a single pixel, or noise', () => {
    const flat: Raster = { width: 60, height: 40, channels: 1, data: new Uint8Array(2400).fill(9) };
    const pixel: Raster = { width: 1, height: 1, channels: 1, data: Uint8Array.of(3) };
    const random = createRandom(3, 3);
    const noise: Raster = { ...flat, data: Uint8Array.from({ length: 2400 }, () => random.integer(256)) };
    for (const other of [flat, pixel, noise]) {
      expect(alignPictures(blobs(1), other).similarity).toBeLessThan(SAME_PICTURE);
    }
    expect(alignPictures(flat, flat).similarity).toBeLessThan(SAME_PICTURE);
  });

  it('are described in words', () => {
    expect(alignmentText({ mirrored: true, turned: -90 })).toBe('mirrored, rotated by -90°');
    expect(alignmentText({ mirrored: false, turned: 0 })).toBe('');
  });
});
