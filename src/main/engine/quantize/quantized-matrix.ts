import type { Tensor } from '../tensor';

/** A matrix [rows, columns] whose element is `values` x `scales` of its column. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], each from -127 to 127. */
  readonly values: Int8Array;
  /** [columns] */
  readonly scales: Float32Array;
}

/** Symmetric around 0, so that no zero point is needed: -128 is left out. */
const LARGEST = 127;

/**
 * The transpose of a linear layer's weight [out, in] in int8, with a scale for each output (PyTorch's
 * `per_channel_symmetric`): max |w| / 127 of its row.
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
      values[row * columns + column] = roundHalfToEven(Math.fround((weights[row] as number) / scale));
    }
  }
  return { rows, columns, values, scales };
}

/** As IEEE 754, NumPy and ONNX round; the quotient is at most 127 but for a rounding of its own. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(LARGEST, Math.max(-LARGEST, rounded));
}
