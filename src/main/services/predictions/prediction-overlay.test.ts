import { describe, expect, it } from 'vitest';
import { inferno, lastLayerMean, overlayAttention, stretch } from './prediction-overlay';

describe('attention overlay', () => {
  it('takes the mean of the heads of the last layer', () => {
    const mean = lastLayerMean({
      layers: 2,
      heads: 2,
      gridHeight: 1,
      gridWidth: 2,
      rows: Float32Array.of(9, 9, 9, 9, 0.25, 0.5, 0.75, 0.25),
      rollout: new Float32Array(2),
    });
    expect([...mean]).toEqual([0.5, 0.375]);
  });

  it('stretches a map to 0..1 and leaves a flat one empty', () => {
    expect([...stretch(Float32Array.of(2, 4, 3))]).toEqual([0, 1, 0.5]);
    expect([...stretch(Float32Array.of(3, 3))]).toEqual([0, 0]);
  });

  it('shows the picture untouched where there is no attention, and the map where there is most', () => {
    const picture = { width: 4, height: 2, channels: 1, data: new Uint8Array(8).fill(100) } as const;
    const shown = overlayAttention(picture, Float32Array.of(0, 1), { gridHeight: 1, gridWidth: 2 }, 1);
    expect([shown.width, shown.height, shown.channels]).toEqual([4, 2, 3]);
    // Pixel centres 0.5 and 3.5 of 4 lie at -0.25 and 1.25 patches: held at the patches' own values 0 and 1.
    expect([...shown.data.subarray(0, 3)]).toEqual([100, 100, 100]);
    expect([...shown.data.subarray(9, 12)]).toEqual(inferno(1).map((value) => Math.round(value * 255)));
    // Between them the map is 0.25 and 0.75: opacity is its square root.
    const expected = inferno(0.25).map((value) => Math.round(100 * 0.5 + 255 * value * 0.5));
    expect([...shown.data.subarray(3, 6)]).toEqual(expected);
  });

  it('turns colour into grey below the map', () => {
    const red = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } as const;
    const shown = overlayAttention(red, Float32Array.of(1), { gridHeight: 1, gridWidth: 1 }, 0.5);
    expect([...shown.data]).toEqual([76, 76, 76]); // 0.299 * 255; a flat map hides nothing
  });

  it('refuses a map of another grid', () => {
    const picture = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) } as const;
    expect(() => overlayAttention(picture, new Float32Array(3), { gridHeight: 2, gridWidth: 2 })).toThrow(RangeError);
  });

  it.each([
    // matplotlib 3: colormaps["inferno"](v)[:3]
    [0.1, [0.087411, 0.044556, 0.224813]],
    [0.37, [0.528444, 0.130341, 0.418142]],
    [0.81, [0.987945, 0.667748, 0.058329]],
  ])('inferno(%d) is matplotlib’s to within 7 levels of 255', (value, expected) => {
    inferno(value).forEach((channel, index) => {
      expect(Math.abs(channel - (expected[index] ?? 0))).toBeLessThan(7 / 255);
    });
  });
});
