import type { Samples } from './normalise';
import type { Raster } from './raster';

/** A crop of the source that is resized to the output, flipped, then rotated about its centre. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly flip: boolean;
  /** Counter-clockwise, like rotate in PIL and torchvision. */
  readonly degrees: number;
}

/** Positions between two pixels at which the filter is tabulated. */
const PHASES = 256;
/** A triangle filter with a support below two pixels touches at most four of them. */
const TAPS = 4;

/**
 * Normalised weights [PHASES, TAPS] of the triangle filter of `support` pixels, for a position `phase` / PHASES after
 * the centre of the second tap.
 */
function tabulate(support: number): Float32Array {
  const weights = new Float32Array(PHASES * TAPS);
  for (let phase = 0; phase < PHASES; phase++) {
    const position = 1 + (phase + 0.5) / PHASES;
    let sum = 0;
    for (let k = 0; k < TAPS; k++) sum += weights[phase * TAPS + k] = Math.max(0, 1 - Math.abs(k - position) / support);
    for (let k = 0; k < TAPS; k++) weights[phase * TAPS + k] = (weights[phase * TAPS + k] as number) / sum;
  }
  return weights;
}

interface Reduced {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Means of blocks of `factorX` × `factorY` pixels; the last block of a line may be smaller. */
function reduce(source: Raster, factorX: number, factorY: number): Reduced {
  const { channels, data } = source;
  if (factorX === 1 && factorY === 1) {
    return { width: source.width, height: source.height, data: Float32Array.from(data) };
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
  return { width, height, data: out };
}

/**
 * Samples the view: each output pixel is the triangle-filtered source around the position that maps to it. As the
 * resize precedes the rotation, the filter's footprint is axis-aligned in the source and one output pixel wide, like
 * that of `resizeBilinear`. If an output pixel covers two or more source pixels, integer block means are taken first,
 * so that four taps per axis always suffice; an unrotated view then equals `resizeBilinear` to within a few levels at
 * sharp edges. Positions outside the source are black, as torchvision's rotation fills them.
 */
export function sampleView(
  raster: Raster,
  view: View,
  width: number,
  height: number,
): Samples & { readonly data: Float32Array } {
  const { channels } = raster;
  const factorX = Math.max(1, Math.floor(view.width / width));
  const factorY = Math.max(1, Math.floor(view.height / height));
  const source = reduce(raster, factorX, factorY);
  const { data } = source;
  const scaleX = view.width / width / factorX;
  const scaleY = view.height / height / factorY;
  const tableX = tabulate(Math.max(1, scaleX));
  const tableY = tabulate(Math.max(1, scaleY));
  const out = new Float32Array(width * height * channels);
  const angle = (view.degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const mirror = view.flip ? -1 : 1;
  // Below, the centres of pixels are at integers.
  const centerX = (view.left + view.width / 2) / factorX - 0.5;
  const centerY = (view.top + view.height / 2) / factorY - 0.5;
  const endX = raster.width / factorX - 0.5;
  const endY = raster.height / factorY - 0.5;
  const stepX = cos * mirror * scaleX;
  const stepY = sin * scaleY;
  const stride = source.width * channels;

  for (let y = 0; y < height; y++) {
    const dy = y + 0.5 - height / 2;
    const dx = 0.5 - width / 2;
    const startX = centerX + mirror * (cos * dx - sin * dy) * scaleX;
    const startY = centerY + (sin * dx + cos * dy) * scaleY;
    for (let x = 0; x < width; x++) {
      const sourceX = startX + x * stepX;
      const sourceY = startY + x * stepY;
      if (!(sourceX >= -0.5 && sourceY >= -0.5 && sourceX < endX && sourceY < endY)) continue;
      // Shifted by one so that truncation is a floor.
      const pixelX = ((sourceX + 1) | 0) - 1;
      const pixelY = ((sourceY + 1) | 0) - 1;
      const phaseX = (((sourceX - pixelX) * PHASES) | 0) * TAPS;
      const phaseY = (((sourceY - pixelY) * PHASES) | 0) * TAPS;
      const x0 = tableX[phaseX] as number;
      const x1 = tableX[phaseX + 1] as number;
      const x2 = tableX[phaseX + 2] as number;
      const x3 = tableX[phaseX + 3] as number;
      const to = (y * width + x) * channels;
      if (pixelX >= 1 && pixelY >= 1 && pixelX + 2 < source.width && pixelY + 2 < source.height) {
        let row = (pixelY - 1) * stride + (pixelX - 1) * channels;
        if (channels === 1) {
          let sum = 0;
          for (let j = 0; j < TAPS; j++, row += stride) {
            const line =
              (data[row] as number) * x0 +
              (data[row + 1] as number) * x1 +
              (data[row + 2] as number) * x2 +
              (data[row + 3] as number) * x3;
            sum += line * (tableY[phaseY + j] as number);
          }
          out[to] = sum;
        } else {
          let red = 0;
          let green = 0;
          let blue = 0;
          for (let j = 0; j < TAPS; j++, row += stride) {
            const weight = tableY[phaseY + j] as number;
            const w0 = x0 * weight;
            const w1 = x1 * weight;
            const w2 = x2 * weight;
            const w3 = x3 * weight;
            red += (data[row] as number) * w0 + (data[row + 3] as number) * w1;
            green += (data[row + 1] as number) * w0 + (data[row + 4] as number) * w1;
            blue += (data[row + 2] as number) * w0 + (data[row + 5] as number) * w1;
            red += (data[row + 6] as number) * w2 + (data[row + 9] as number) * w3;
            green += (data[row + 7] as number) * w2 + (data[row + 10] as number) * w3;
            blue += (data[row + 8] as number) * w2 + (data[row + 11] as number) * w3;
          }
          out[to] = red;
          out[to + 1] = green;
          out[to + 2] = blue;
        }
        continue;
      }
      // At the border the filter is renormalised over the taps inside, like PIL's.
      let total = 0;
      for (let j = 0; j < TAPS; j++) {
        const row = pixelY - 1 + j;
        if (row < 0 || row >= source.height) continue;
        for (let i = 0; i < TAPS; i++) {
          const column = pixelX - 1 + i;
          if (column < 0 || column >= source.width) continue;
          const weight = (tableX[phaseX + i] as number) * (tableY[phaseY + j] as number);
          total += weight;
          for (let c = 0; c < channels; c++) {
            out[to + c] = (out[to + c] as number) + (data[row * stride + column * channels + c] as number) * weight;
          }
        }
      }
      for (let c = 0; c < channels; c++) out[to + c] = (out[to + c] as number) / total;
    }
  }
  return { width, height, channels, data: out };
}
