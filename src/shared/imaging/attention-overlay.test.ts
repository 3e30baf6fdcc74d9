import { describe, expect, it } from 'vitest';
import {
  blendOverlay,
  colourise,
  lastLayer,
  normalise,
  overlayDefaults,
  overlayPixels,
  placeMaps,
  selectMap,
  upsample,
} from './attention-overlay';
import { colourTable } from './colour-maps';

it('averages the heads of the last layer', () => {
  const maps = {
    layers: 2,
    heads: 2,
    gridHeight: 1,
    gridWidth: 2,
    rows: Float32Array.of(9, 9, 9, 9, 0.25, 0.5, 0.75, 0.25),
    rollout: new Float32Array(2),
  };
  expect([...selectMap(maps, lastLayer(maps)).values]).toEqual([0.5, 0.375]);
});

describe('normalise', () => {
  it('scales each map separately', () => {
    expect([...normalise({ height: 1, width: 3, values: Float32Array.of(2, 4, 3) }).values]).toEqual([0, 1, 0.5]);
  });
  it('shows a flat or invalid map as zeros', () => {
    expect([...normalise({ height: 1, width: 2, values: Float32Array.of(7, 7) }).values]).toEqual([0, 0]);
    expect([...normalise({ height: 1, width: 3, values: Float32Array.of(Number.NaN, 0, 2) }).values]).toEqual([
      0, 0, 1,
    ]);
  });
});

describe('upsample', () => {
  it('covers only what the model saw of the image', () => {
    // The centre of a wide image: columns 2 to 5 of 8.
    const frame = { left: 0.25, top: 0, width: 0.5, height: 1 };
    const map = { height: 1, width: 2, values: Float32Array.of(1, 3), frame };
    expect([...upsample(map, 1, 8).values]).toEqual([0, 0, 1, 1.5, 2.5, 3, 0, 0]);
    // A letterbox reaches beyond the image: the upper and the lower quarter of the map lie on its bars.
    const bars = { left: 0, top: -0.5, width: 1, height: 2 };
    const tall = { height: 4, width: 1, values: Float32Array.of(9, 1, 2, 9), frame: bars };
    expect([...upsample(tall, 2, 1).values]).toEqual([1, 2]);
    expect(overlayPixels({ map, colourMap: 'inferno', opacity: 1 }, 1, 8)[3]).toBe(0);
  });

  it('is placed by the preparation of the image', () => {
    const maps = {
      layers: 1,
      heads: 1,
      gridHeight: 1,
      gridWidth: 1,
      rows: new Float32Array(1),
      rollout: new Float32Array(1),
    };
    const image = { width: 640, height: 512 };
    expect(placeMaps(maps, image, { width: 224, height: 224 })).toBe(maps);
    const placed = placeMaps(maps, image, { width: 224, height: 224, fit: { kind: 'shortest-edge', edge: 256 } });
    expect(placed.frame).toEqual({ left: 0.15, top: 0.0625, width: 0.7, height: 0.875 });
    expect(selectMap(placed, { kind: 'rollout' }).frame).toEqual(placed.frame);
    // Patches of 14 pixels cover 378 of 384.
    const cut = { ...maps, covered: 378 / 384 };
    const whole = { left: 0, top: 0, width: 378 / 384, height: 378 / 384 };
    expect(placeMaps(cut, image, { width: 384, height: 384 }).frame).toEqual(whole);
    const cropped = placeMaps(cut, image, { width: 224, height: 224, fit: { kind: 'shortest-edge', edge: 256 } });
    expect(cropped.frame).toEqual({ ...placed.frame, width: 0.7 * (378 / 384), height: 0.875 * (378 / 384) });
  });

  it('matches align_corners=False by hand', () => {
    // Two cells to four pixels: centres at -0.25 (clamped to 0), 0.25, 0.75, 1.25 (clamped to 1).
    const row = upsample({ height: 1, width: 2, values: Float32Array.of(0, 1) }, 1, 4);
    expect([...row.values]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('reproduces the example in the documentation of torch.nn.Upsample', () => {
    // nn.Upsample(scale_factor=2, mode='bilinear') of [[1, 2], [3, 4]]
    const grid = upsample({ height: 2, width: 2, values: Float32Array.of(1, 2, 3, 4) }, 4, 4);
    expect([...grid.values]).toEqual([1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4]);
  });

  it('keeps a map at its own size', () => {
    const values = Float32Array.of(3, 1, 4, 1, 5, 9);
    expect([...upsample({ height: 2, width: 3, values }, 2, 3).values]).toEqual([...values]);
  });
});

describe('colourise', () => {
  it('uses the ends of the table and fades with the value', () => {
    const table = colourTable('viridis');
    const pixels = colourise({ height: 1, width: 3, values: Float32Array.of(0, 1, 2) }, table, 0.5);
    expect([...pixels.slice(0, 4)]).toEqual([0x44, 0x01, 0x54, 0]);
    expect([...pixels.slice(4, 8)]).toEqual([0xfd, 0xe7, 0x25, 128]);
    expect([...pixels.slice(8, 12)]).toEqual([0xfd, 0xe7, 0x25, 128]);
  });

  it('uses tables of increasing brightness', () => {
    for (const name of ['inferno', 'viridis'] as const) {
      const table = colourTable(name);
      let last = -1;
      for (let level = 0; level < 256; level++) {
        const [r, g, b] = table.slice(level * 3, level * 3 + 3) as unknown as [number, number, number];
        const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        expect(luma).toBeGreaterThanOrEqual(last - 0.5);
        last = luma;
      }
    }
  });
});

describe('colour maps', () => {
  it.each([
    // matplotlib 3.11: round(255 * colormaps[name](level)[:3])
    ['inferno', 1, [1, 0, 5]],
    ['inferno', 37, [41, 11, 85]],
    ['inferno', 128, [188, 55, 84]],
    ['inferno', 254, [250, 253, 161]],
    ['viridis', 1, [68, 2, 86]],
    ['viridis', 37, [70, 51, 127]],
    ['viridis', 128, [33, 145, 140]],
    ['viridis', 254, [251, 231, 35]],
  ] as const)('%s matches matplotlib at level %d', (name, level, expected) => {
    expect([...colourTable(name).subarray(level * 3, level * 3 + 3)]).toEqual(expected);
  });
});

describe('blended overlay', () => {
  /*
   * By numpy 2.4 and matplotlib 3.11, for the map ((2, 4), (6, 10)) on a grey image of 4 × 4 pixels:
   *   v = bilinear((map - 2) / 8), alpha = floor(255 * 0.6 * v + 0.5) / 255, c = 255 * inferno(round(255 * v)),
   *   floor(100 + (c - 100) * alpha + 0.5)
   */
  it('blends the colours of the map over the image by opacity', () => {
    const image = { width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(100) } as const;
    const map = { height: 2, width: 2, values: Float32Array.of(2, 4, 6, 10) };
    const shown = blendOverlay(image, { map, ...overlayDefaults });
    expect([shown.width, shown.height, shown.channels]).toEqual([4, 4, 3]);
    expect([...shown.data]).toEqual(
      [
        [100, 100, 100, 97, 96, 97, 96, 90, 100, 98, 87, 101],
        [95, 93, 98, 96, 89, 100, 107, 85, 102, 117, 85, 99],
        [108, 85, 101, 124, 86, 97, 161, 108, 68, 174, 134, 59],
        [127, 86, 95, 148, 96, 82, 178, 153, 74, 191, 193, 138],
      ].flat(),
    );
  });

  it('keeps the colours of an image, and the whole image for a flat map', () => {
    const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(200, 40, 90, 10, 20, 30) } as const;
    const show = (...values: number[]) => [
      ...blendOverlay(image, { map: { height: 1, width: 2, values: Float32Array.from(values) }, ...overlayDefaults })
        .data,
    ];
    // 10 + (252 - 10) * 0.6, 20 + (255 - 20) * 0.6, 30 + (164 - 30) * 0.6
    expect(show(0, 1)).toEqual([200, 40, 90, 155, 161, 110]);
    expect(show(3, 3)).toEqual([...image.data]);
  });
});
