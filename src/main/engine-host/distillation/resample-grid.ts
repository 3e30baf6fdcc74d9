/** Position between two neighbours of a grid, at half-pixel centres, as PyTorch's bilinear `interpolate` has them. */
function neighbours(index: number, from: number, to: number) {
  const centre = Math.max(0, ((index + 0.5) * from) / to - 0.5);
  const low = Math.min(from - 1, Math.floor(centre));
  return { low, high: Math.min(from - 1, low + 1), share: centre - low };
}

/**
 * Resamples the patches of a row [1 + patches, width] to another square grid, bilinearly
 * (`torch.nn.functional.interpolate`, align_corners False, no antialiasing); CLS stays as it is.
 */
export function resampleGrid(row: Float32Array, width: number, patches: number): Float32Array {
  const own = row.length / width - 1;
  if (own === patches) return row;
  const [from, to] = [Math.sqrt(own), Math.sqrt(patches)];
  const result = new Float32Array((1 + patches) * width);
  result.set(row.subarray(0, width));
  for (let y = 0; y < to; y += 1) {
    const vertical = neighbours(y, from, to);
    for (let x = 0; x < to; x += 1) {
      const horizontal = neighbours(x, from, to);
      const corners = [
        [vertical.low, horizontal.low, (1 - vertical.share) * (1 - horizontal.share)],
        [vertical.low, horizontal.high, (1 - vertical.share) * horizontal.share],
        [vertical.high, horizontal.low, vertical.share * (1 - horizontal.share)],
        [vertical.high, horizontal.high, vertical.share * horizontal.share],
      ] as const;
      const target = (1 + y * to + x) * width;
      for (const [sourceY, sourceX, weight] of corners) {
        const source = (1 + sourceY * from + sourceX) * width;
        for (let i = 0; i < width; i += 1) {
          result[target + i] = (result[target + i] as number) + weight * (row[source + i] as number);
        }
      }
    }
  }
  return result;
}
