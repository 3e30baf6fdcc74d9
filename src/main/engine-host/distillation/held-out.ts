import type { Batch, TrainingSession } from '../../engine/train/session';

/** Mean squared errors on held-out pictures, in standardised features: 1 is what a constant prediction gives. */
export interface HeldOutErrors {
  readonly cls: number;
  readonly patches: number;
  /** Of the mean of the patches. */
  readonly mean: number;
}

/** Measures the averaged student. Null without pictures. */
export async function measureHeldOut(
  session: TrainingSession,
  batches: AsyncIterable<Batch>,
  width: number,
): Promise<HeldOutErrors | null> {
  let images = 0;
  const sums = { cls: 0, patches: 0, mean: 0 };
  for await (const { pixels, features, count } of batches) {
    if (features === undefined) throw new Error('a batch without features');
    const output = await session.logits(pixels, count);
    const length = output.length / count;
    for (let row = 0; row < count; row += 1) {
      const differences = Float64Array.from({ length }, (_, i) => {
        const at = row * length + i;
        return (output[at] as number) - (features[at] as number);
      });
      sums.cls += meanSquare(differences.subarray(0, width));
      sums.patches += meanSquare(differences.subarray(width));
      sums.mean += meanSquare(meanOfRows(differences.subarray(width), width));
    }
    images += count;
  }
  if (images === 0) return null;
  return { cls: sums.cls / images, patches: sums.patches / images, mean: sums.mean / images };
}

const meanSquare = (values: Float64Array): number => values.reduce((sum, x) => sum + x * x, 0) / values.length;

function meanOfRows(values: Float64Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const rows = values.length / width;
  for (let i = 0; i < values.length; i += 1)
    mean[i % width] = (mean[i % width] as number) + (values[i] as number) / rows;
  return mean;
}
