import { roundHalfToEven } from '../round';
import type { Tensor } from '../tensor';

/** A matrix [rows, columns] with elements `values` x the `scales` entry of their column. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], each from -64 to 64. */
  readonly values: Int8Array;
  /** [columns] */
  readonly scales: Float32Array;
}

/**
 * Symmetric around 0, so that no zero point is needed, and limited to 7 bits: on processors without VNNI, runtimes add
 * pairs of products in 16 bits, and 2 x 255 x 64 is the largest sum that fits. A file therefore gives the same results
 * on every machine.
 */
const MAX_VALUE = 64;

/**
 * Checks a matrix before it is written into a model.
 *
 * @throws Error if a value needs the eighth bit: the file would give different results on a processor without VNNI
 */
export function checkSevenBits({ values }: QuantizedMatrix): void {
  const wide = values.find((value) => value > MAX_VALUE || value < -MAX_VALUE);
  if (wide !== undefined) throw new Error(`an int8 weight is ${wide}: 7 bits hold -${MAX_VALUE} to ${MAX_VALUE}`);
}

/**
 * Returns the transpose of a linear layer's weight [out, in] in int8, with one scale per output (PyTorch's
 * `per_channel_symmetric`): max |w| / 64 of its row.
 */
export function quantizeWeight({ shape, data }: Tensor): QuantizedMatrix {
  const [columns, rows] = shape as readonly [number, number];
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const weights = data.subarray(column * rows, (column + 1) * rows);
    let largest = 0;
    for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
    const scale = Math.fround(largest / MAX_VALUE);
    // A row of zeros (or of denormals, whose scale is 0) has nothing to keep.
    scales[column] = scale > 0 ? scale : 1;
    if (scale === 0) continue;
    for (let row = 0; row < rows; row += 1) {
      // Divided in single precision, as other tools do, so that ties round alike.
      values[row * columns + column] = clamp(roundHalfToEven(Math.fround((weights[row] as number) / scale)));
    }
  }
  return { rows, columns, values, scales };
}

/** Clamps a quotient, which can exceed 64 only by its own rounding. */
const clamp = (x: number): number => Math.min(MAX_VALUE, Math.max(-MAX_VALUE, x));
