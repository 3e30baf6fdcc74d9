import { roundHalfToEven } from '../round';
import type { Tensor } from '../tensor';

/** A matrix [rows, columns] whose element is `values` x `scales` of its column. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], each from -64 to 64. */
  readonly values: Int8Array;
  /** [columns] */
  readonly scales: Float32Array;
}

/**
 * Symmetric around 0, so that no zero point is needed, and of 7 bits: on processors without VNNI, runtimes add pairs of
 * products in 16 bits, and 2 x 255 x 64 is the most that fits. So a file answers alike on every machine.
 */
const LARGEST = 64;

/**
 * For whoever writes such a matrix into a model.
 *
 * @throws where a value needs the eighth bit, for then the file would answer otherwise on a processor without VNNI
 */
export function checkSevenBits({ values }: QuantizedMatrix): void {
  const wide = values.find((value) => value > LARGEST || value < -LARGEST);
  if (wide !== undefined) throw new Error(`an int8 weight is ${wide}: 7 bits hold -${LARGEST} to ${LARGEST}`);
}

/**
 * The transpose of a linear layer's weight [out, in] in int8, with a scale for each output (PyTorch's
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
    const scale = Math.fround(largest / LARGEST);
    // Of zeros alone (or of denormals, whose scale is 0) nothing is left to keep.
    scales[column] = scale > 0 ? scale : 1;
    if (scale === 0) continue;
    for (let row = 0; row < rows; row += 1) {
      // Divided in single precision, as other tools do: ties then fall alike.
      values[row * columns + column] = bounded(roundHalfToEven(Math.fround((weights[row] as number) / scale)));
    }
  }
  return { rows, columns, values, scales };
}

/** A quotient is at most 64 but for a rounding of its own. */
const bounded = (x: number): number => Math.min(LARGEST, Math.max(-LARGEST, x));
