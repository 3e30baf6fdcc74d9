import { describe, expect, it } from 'vitest';
import { selectMap } from '#shared/imaging/attention-overlay';
import { describeChoice, fitChoice, parseAttention } from './attention';

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

  it('returns heads, means and the rollout', () => {
    expect([...selectMap(maps, { kind: 'layer', layer: 0, head: 1 }).values]).toEqual([3, 2, 1]);
    expect([...selectMap(maps, { kind: 'layer', layer: 1, head: null }).values]).toEqual([0, 4, 2]);
    expect([...selectMap(maps, { kind: 'rollout' }).values]).toEqual([5, 6, 7]);
  });

  it('rejects a resource of another size', () => {
    expect(() => parseAttention(bytes.slice(4), shape)).toThrow(/corrupt/);
    expect(() => parseAttention(new ArrayBuffer(0), { ...shape, gridWidth: 0 })).toThrow(/corrupt/);
  });

  it('names and fits choices', () => {
    expect(describeChoice(shape, { kind: 'layer', layer: 1, head: null })).toBe('Layer 2, mean of 2 heads');
    expect(describeChoice(shape, { kind: 'layer', layer: 0, head: 1 })).toBe('Layer 1, head 2');
    expect(describeChoice(shape, { kind: 'rollout' })).toBe('Rollout over 2 layers');
    expect(fitChoice(shape, { kind: 'layer', layer: 11, head: 5 })).toEqual({ kind: 'layer', layer: 1, head: null });
  });
});
