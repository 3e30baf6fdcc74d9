import { describe, expect, it } from 'vitest';
import { findTextLines, textGrid } from './burned-in-text';
import { MEASURE_GRID } from './picture-measures';
import { createRandom } from './random';
import type { Raster } from './raster';
import { resizeBilinear } from './resize';

/** Capitals of 5 x 7 dots. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  F: ['#####', '#....', '#....', '####.', '#....', '#....', '#....'],
  H: ['#...#', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  L: ['#....', '#....', '#....', '#....', '#....', '#....', '#####'],
  R: ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
  T: ['#####', '..#..', '..#..', '..#..', '..#..', '..#..', '..#..'],
};

interface Drawn {
  readonly text: string;
  /** Of the letters, pixels. */
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Smooth noise with flat bright lines, as in ultrasound. */
function tissue(seed: number, mean = 60, width = 480, height = 400): Raster {
  const random = createRandom(11, seed);
  const coarse = Uint8Array.from({ length: 48 * 100 }, () => Math.min(255, mean * (0.5 + random.next() ** 3 * 2)));
  const smooth = resizeBilinear({ width: 48, height: 100, channels: 1, data: coarse }, width, height).data;
  const data = smooth.map((value) => Math.max(0, Math.min(255, value + random.integer(24) - 12)));
  return { width, height, channels: 1, data };
}

/** The letters' coverage, smoothed by the resize, over the picture. */
function draw(picture: Raster, { text, height, x, y, value }: Drawn): Raster {
  const dots = 16;
  const columns = 6 * text.length + 1;
  const fine = new Uint8Array(columns * dots * 9 * dots);
  for (const [index, letter] of [...text].entries()) {
    for (const [row, line] of (LETTERS[letter] ?? []).entries()) {
      for (const [column, dot] of [...line].entries()) {
        if (dot !== '#') continue;
        for (let down = 0; down < dots; down++) {
          const start = ((row + 1) * dots + down) * columns * dots + (6 * index + column + 1) * dots;
          fine.fill(255, start, start + dots);
        }
      }
    }
  }
  const wide = Math.round((columns * height) / 7);
  const high = Math.round((9 * height) / 7);
  const mask = resizeBilinear({ width: columns * dots, height: 9 * dots, channels: 1, data: fine }, wide, high).data;
  const data = picture.data.slice();
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      const at = (y + row) * picture.width + x + column;
      const share = (mask[row * wide + column] as number) / 255;
      data[at] = Math.round((1 - share) * (data[at] as number) + share * value);
    }
  }
  return { ...picture, data };
}

const best = (picture: Raster) => Math.max(0, ...findTextLines(picture).map(({ score }) => score));

describe('burned-in text', () => {
  it.each([9, 12, 16, 24, 36])('is found in letters of %i pixels, bright over tissue', (height) => {
    for (let seed = 0; seed < 5; seed++) {
      const picture = draw(tissue(seed), { text: 'RTLAF', height, x: 40, y: 200, value: 235 });
      expect(best(picture)).toBeGreaterThan(0.6);
    }
  });

  it('is located', () => {
    const flat: Raster = { width: 480, height: 400, channels: 1, data: new Uint8Array(480 * 400).fill(40) };
    const picture = draw(flat, { text: 'LAFT', height: 14, x: 300, y: 320, value: 255 });
    const cells = [...textGrid(picture).entries()].filter(([, value]) => value > 128).map(([cell]) => cell);
    // x 302 to 346 of 480 are columns 10 and 11, y 322 to 336 of 400 are rows 12 and 13.
    expect(cells.map((cell) => [Math.floor(cell / MEASURE_GRID), cell % MEASURE_GRID])).toEqual([
      [12, 10],
      [12, 11],
      [13, 10],
      [13, 11],
    ]);
  });

  it('is found as two letters of sufficient height, and in colour', () => {
    const one = draw(tissue(5), { text: 'LT', height: 12, x: 100, y: 100, value: 240 });
    expect(best(one)).toBeGreaterThan(0.3);
    const data = new Uint8Array(3 * one.data.length);
    for (const [at, value] of one.data.entries()) data.set([value, value, Math.min(value, 90)], 3 * at);
    expect(best({ ...one, channels: 3, data })).toBeGreaterThan(0.3);
  });

  it('is not found in tissue, noise, a grid of lines, or an empty image', () => {
    for (let seed = 0; seed < 20; seed++) expect(best(tissue(seed, 40 + 8 * seed))).toBeLessThan(0.3);
    const random = createRandom(3, 1);
    for (const range of [60, 120, 256]) {
      const noise = Uint8Array.from({ length: 300 * 300 }, () => 255 - random.integer(range));
      expect(best({ width: 300, height: 300, channels: 1, data: noise })).toBeLessThan(0.3);
    }
    const lines = Uint8Array.from({ length: 300 * 300 }, (_, at) => (at % 25 === 0 || at % 7500 < 300 ? 255 : 30));
    expect(best({ width: 300, height: 300, channels: 1, data: lines })).toBe(0);
    expect(best({ width: 1, height: 1, channels: 1, data: Uint8Array.of(9) })).toBe(0);
    expect(best({ width: 400, height: 2, channels: 1, data: new Uint8Array(800).fill(255) })).toBe(0);
  });
});
