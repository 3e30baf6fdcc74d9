import { describe, expect, it } from 'vitest';
import { colourTable } from '../../charts/colour-maps';
import { colourise, describeChoice, fitChoice, normalise, parseAttention, selectMap, upsample } from './attention';

const shape = { layers: 2, heads: 2, gridHeight: 1, gridWidth: 3 };

function resource(values: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setFloat32(index * 4, value, true);
  });
  return view.buffer;
}

/** Layer 0: heads (1 2 3), (3 2 1). Layer 1: heads (0 0 4), (0 8 0). Rollout (5 6 7). */
const bytes = resource([1, 2, 3, 3, 2, 1, 0, 0, 4, 0, 8, 0, 5, 6, 7]);

describe('attention resource', () => {
  const maps = parseAttention(bytes, shape);

  it('gives heads, means and the rollout', () => {
    expect([...selectMap(maps, { kind: 'layer', layer: 0, head: 1 }).values]).toEqual([3, 2, 1]);
    expect([...selectMap(maps, { kind: 'layer', layer: 1, head: null }).values]).toEqual([0, 4, 2]);
    expect([...selectMap(maps, { kind: 'rollout' }).values]).toEqual([5, 6, 7]);
  });

  it('refuses a resource of another size', () => {
    expect(() => parseAttention(bytes.slice(4), shape)).toThrow(/damaged/);
    expect(() => parseAttention(new ArrayBuffer(0), { ...shape, gridWidth: 0 })).toThrow(/damaged/);
  });

  it('names and fits choices', () => {
    expect(describeChoice(shape, { kind: 'layer', layer: 1, head: null })).toBe('Layer 2, mean of 2 heads');
    expect(describeChoice(shape, { kind: 'layer', layer: 0, head: 1 })).toBe('Layer 1, head 2');
    expect(describeChoice(shape, { kind: 'rollout' })).toBe('Rollout over 2 layers');
    expect(fitChoice(shape, { kind: 'layer', layer: 11, head: 5 })).toEqual({ kind: 'layer', layer: 1, head: null });
  });
});

describe('normalise', () => {
  it('scales each map by itself', () => {
    expect([...normalise({ height: 1, width: 3, values: Float32Array.of(2, 4, 3) }).values]).toEqual([0, 1, 0.5]);
  });
  it('shows a flat or broken map as nothing', () => {
    expect([...normalise({ height: 1, width: 2, values: Float32Array.of(7, 7) }).values]).toEqual([0, 0]);
    expect([...normalise({ height: 1, width: 3, values: Float32Array.of(Number.NaN, 0, 2) }).values]).toEqual([
      0, 0, 1,
    ]);
  });
});

describe('upsample', () => {
  it('matches align_corners=False by hand', () => {
    // Two cells to four pixels: centres at -0.25 (clamped to 0), 0.25, 0.75, 1.25 (clamped to 1).
    const row = upsample({ height: 1, width: 2, values: Float32Array.of(0, 1) }, 1, 4);
    expect([...row.values]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('gives the example of the documentation of torch.nn.Upsample', () => {
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
  it('takes the ends of the table and fades with the value', () => {
    const table = colourTable('viridis');
    const pixels = colourise({ height: 1, width: 3, values: Float32Array.of(0, 1, 2) }, table, 0.5);
    expect([...pixels.slice(0, 4)]).toEqual([0x44, 0x01, 0x54, 0]);
    expect([...pixels.slice(4, 8)]).toEqual([0xfd, 0xe7, 0x25, 128]);
    expect([...pixels.slice(8, 12)]).toEqual([0xfd, 0xe7, 0x25, 128]);
  });

  it('has tables whose brightness only grows', () => {
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
