/** Computes the softmax of each row of [rows, columns] in double precision, relative to the row's largest value. */
export function softmaxRows(logits: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += columns) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, logits[i] as number);
    let sum = 0;
    for (let i = start; i < start + columns; i++) sum += Math.exp((logits[i] as number) - largest);
    for (let i = start; i < start + columns; i++) out[i] = Math.exp((logits[i] as number) - largest) / sum;
  }
  return out;
}
