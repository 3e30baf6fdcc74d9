import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../ir/builder';
import { lowerGraph } from '../onnx/lower';
import { opCases } from '../selftest/op-cases';
import { checkSevenBits, quantizeWeight } from './quantized-matrix';

/*
 * The reference is PyTorch 2.15: torch.quantize_per_channel(w, scales, 0, axis 0, torch.qint8) with scales = max |w| / 64
 * of each row in float32. On all 663,552 weights of a trained vit-micro the result was that of PyTorch, of NumPy (round half
 * to even) and of onnxruntime 1.32's quantize_dynamic(per_channel=True, reduce_range=True, weight_type=QInt8), weights and
 * scales, bit for bit.
 */
describe('quantizeWeight', () => {
  it("is PyTorch's per-channel symmetric int8, transposed", () => {
    const data = Float32Array.of(0.25, -0.64, 0.005, 0.315, -3, 3, 1.5, 0.01181);
    const { rows, columns, values, scales } = quantizeWeight({ shape: [2, 4], data });
    expect([rows, columns]).toEqual([4, 2]);
    expect([...scales]).toEqual([0.009999999776482582, 0.046875]);
    // 0.005 is half a step and 0.315 is 31.5 steps: to even, 0 and 32.
    const column = (index: number) => [...values].filter((_, at) => at % 2 === index);
    expect(column(0)).toEqual([25, -64, 0, 32]);
    expect(column(1)).toEqual([-64, 64, 32, 0]);
  });

  it('keeps an all-zero output at zero, and handles nearly zero weights', () => {
    const { values, scales } = quantizeWeight({ shape: [3, 2], data: Float32Array.of(0, 0, 1e-45, -1e-45, -2, 1) });
    expect([...values]).toEqual([0, 0, -64, 0, 0, 32]);
    expect([...scales]).toEqual([1, 1, 2 / 64]);
  });
});

it('never creates a pair of products that overflows 16 bits', () => {
  const { values } = quantizeWeight({ shape: [1, 4], data: Float32Array.of(-1, -1, 1, 1) });
  const [a, b] = [...values].sort((x, y) => y - x) as [number, number];
  expect(255 * a + 255 * b).toBeLessThanOrEqual(2 ** 15 - 1);
});

describe('a weight that needs the eighth bit', () => {
  /**
   * Without VNNI, x64 adds pairs of products in 16 bits and saturates at 32767: with inputs 255, 255 and weights 65, 65
   * the sum is 33150, and such a processor returns 32767. With weights 64, 64 it is 32640 everywhere.
   */
  it.each([65, 127, -65, -128])('of %i is not written into a model', (value) => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1, 2]);
    const weight = { rows: 2, columns: 1, values: Int8Array.of(value, 1), scales: Float32Array.of(1) };
    builder.output('y', builder.quantizedLinear(x, weight, null));
    expect(() => lowerGraph(builder.build('wide'), { dialect: 'cpu' })).toThrow('7 bits');
  });

  it('is not used to check a device, which gets at most 7 bits', () => {
    for (const { attributes } of opCases.quantizedLinear) {
      expect(() => checkSevenBits(attributes)).not.toThrow();
      expect(Math.max(...attributes.values)).toBe(64);
      expect(Math.min(...attributes.values)).toBe(-64);
    }
  });
});
