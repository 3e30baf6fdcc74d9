import { sizeOf } from '../ir/shape';
import { padRows } from './micro-batch';

/** Runs `compute` over any number of images in padded batches; returns [count, columns]. */
export async function inBatches(
  pixels: Float32Array,
  count: number,
  options: { readonly batch: number; readonly inputShape: readonly number[]; readonly columns: number },
  compute: (pixels: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { batch, columns } = options;
  const rowSize = sizeOf(options.inputShape);
  const result = new Float32Array(count * columns);
  for (let start = 0; start < count; start += batch) {
    const rows = Math.min(batch, count - start);
    const part = pixels.subarray(start * rowSize, (start + rows) * rowSize);
    const values = await compute(padRows(part, rows, batch, rowSize));
    result.set(values.subarray(0, rows * columns), start * columns);
  }
  return result;
}
