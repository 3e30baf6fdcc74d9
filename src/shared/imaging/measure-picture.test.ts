import { describe, expect, it } from 'vitest';
import { measurePicture } from './measure-picture';
import { decodeMeasures, encodeMeasures, MEASURES_VERSION } from './measures-bytes';
import { BORDER_CELLS, borderCells, MEASURE_GRID } from './picture-measures';
import type { Raster } from './raster';

function grey(width: number, height: number, value: (x: number, y: number) => number): Raster {
  const data = Uint8Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width)));
  return { width, height, channels: 1, data };
}

describe('measurePicture', () => {
  it('matches values computed by hand', () => {
    // Rows 0 0 / 4 252: mean 64, squares 63520 / 4 = 15880, less 4096; three dark, one bright; neighbours differ by
    // 0 and 248 across, 4 and 252 down; histogram 2, 1, 1 of 4: 1/2 + 2 x 1/4 x 2 bits.
    const measures = measurePicture({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 0, 4, 252) });
    expect(measures.mean).toBe(64);
    expect(measures.deviation).toBeCloseTo(Math.sqrt(11784), 10);
    expect(measures.dark).toBe(0.75);
    expect(measures.bright).toBe(0.25);
    expect(measures.entropy).toBeCloseTo(1.5, 10);
    expect(measures.sharpness).toBe(126);
    expect(measures.colour).toBe(0);
  });

  it('has no deviation, entropy or sharpness for a blank image, even of one pixel', () => {
    for (const side of [1, 40]) {
      const measures = measurePicture(grey(side, side, () => 0));
      expect(measures).toMatchObject({ mean: 0, deviation: 0, dark: 1, bright: 0, entropy: 0, sharpness: 0 });
      expect(measures.border).toEqual(new Uint8Array(BORDER_CELLS));
      expect(Math.max(...measures.text)).toBe(0);
    }
  });

  it('counts pixels whose channels differ by more than 8', () => {
    const data = Uint8Array.of(10, 10, 18, 10, 10, 19, 200, 0, 0, 5, 5, 5);
    expect(measurePicture({ width: 2, height: 2, channels: 3, data }).colour).toBe(0.5);
  });

  it('follows the border clockwise from the top left', () => {
    // Each cell of 4 x 3 pixels holds its row and column.
    const { border } = measurePicture(
      grey(4 * MEASURE_GRID, 3 * MEASURE_GRID, (x, y) => 10 * Math.floor(y / 3) + Math.floor(x / 4)),
    );
    expect([...border]).toEqual(borderCells.map(({ row, column }) => 10 * row + column));
    expect(BORDER_CELLS).toBe(60);
    expect([0, 14, 15, 30, 45, 59].map((index) => borderCells[index])).toEqual([
      { row: 0, column: 0 },
      { row: 0, column: 14 },
      { row: 0, column: 15 },
      { row: 15, column: 15 },
      { row: 15, column: 0 },
      { row: 1, column: 0 },
    ]);
  });
});

describe('measures as bytes', () => {
  const measures = {
    ...measurePicture(grey(30, 20, (x, y) => (x * 7 + y * 11) % 256)),
    text: Uint8Array.from({ length: MEASURE_GRID ** 2 }, (_, cell) => (cell % 100 === 55 ? cell : 0)),
  };

  it('are preserved to the precision of float32', () => {
    const bytes = encodeMeasures(measures);
    expect(bytes.length).toBe(89 + 2 * 3);
    const back = decodeMeasures(bytes);
    expect(back?.text).toEqual(measures.text);
    expect(back?.border).toEqual(measures.border);
    for (const name of ['mean', 'deviation', 'dark', 'bright', 'entropy', 'sharpness', 'colour'] as const) {
      expect(back?.[name]).toBe(Math.fround(measures[name]));
    }
  });

  it('contain text in every cell', () => {
    const full = { ...measures, text: new Uint8Array(MEASURE_GRID ** 2).fill(200) };
    expect(decodeMeasures(encodeMeasures(full))?.text).toEqual(full.text);
  });

  it('are rejected if of another version, truncated or empty', () => {
    const bytes = encodeMeasures(measures);
    expect(decodeMeasures(Uint8Array.of(MEASURES_VERSION + 1, ...bytes.subarray(1)))).toBeNull();
    expect(decodeMeasures(bytes.subarray(0, 88))).toBeNull();
    expect(decodeMeasures(bytes.subarray(0, 90))).toBeNull();
    expect(decodeMeasures(new Uint8Array())).toBeNull();
  });
});
