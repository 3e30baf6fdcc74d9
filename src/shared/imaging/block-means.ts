import type { Raster } from './raster';

/** Values 0..255 as floats: [height, width, channels]. */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** Means of blocks of `factorX` × `factorY` pixels; the last block of a line may be smaller. */
export function blockMeans(source: Raster, factorX: number, factorY: number): FloatImage {
  const { channels, data } = source;
  if (factorX === 1 && factorY === 1) {
    return { width: source.width, height: source.height, channels, data: Float32Array.from(data) };
  }
  const width = Math.ceil(source.width / factorX);
  const height = Math.ceil(source.height / factorY);
  const out = new Float32Array(width * height * channels);
  const stride = source.width * channels;
  const line = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    const firstRow = y * factorY;
    const lastRow = Math.min(source.height, firstRow + factorY);
    let at = firstRow * stride;
    for (let i = 0; i < stride; i++, at++) line[i] = data[at] as number;
    for (let row = firstRow + 1; row < lastRow; row++) {
      for (let i = 0; i < stride; i++, at++) line[i] = ((line[i] as number) + (data[at] as number)) | 0;
    }
    for (let c = 0; c < channels; c++) {
      let from = c;
      let to = y * width * channels + c;
      for (let x = 0; x < width; x++, to += channels) {
        const count = Math.min(factorX, source.width - x * factorX);
        let sum = 0;
        for (let i = 0; i < count; i++, from += channels) sum = (sum + (line[from] as number)) | 0;
        out[to] = sum / (count * (lastRow - firstRow));
      }
    }
  }
  return { width, height, channels, data: out };
}
