import { FoveaError } from '#shared/ipc/errors';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from './config';
import { positionsName } from './names';
import { gridSize, placedLeadingTokens } from './tokens';

/** One pixel of the result: a weighted sum of source pixels. */
interface Taps {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

/** Keys' cubic (1981) with free parameter `a`; zero from 2 on. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/**
 * Matches torch.nn.functional.interpolate, mode 'bicubic', align_corners False: a = -0.75, four pixels, border
 * repeated.
 */
function plainTaps(from: number, to: number): Taps[] {
  return Array.from({ length: to }, (_, index) => {
    const centre = ((index + 0.5) * from) / to - 0.5;
    const base = Math.floor(centre);
    const offsets = [-1, 0, 1, 2];
    return {
      indices: offsets.map((offset) => Math.min(from - 1, Math.max(0, base + offset))),
      weights: offsets.map((offset) => cubic(centre - base - offset, -0.75)),
    };
  });
}

/** The same with antialias True: a = -0.5, widened in proportion to the reduction, cut at the border and normalised. */
function smoothTaps(from: number, to: number): Taps[] {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const indices = Array.from({ length: end - start }, (_, offset) => start + offset);
    const weights = indices.map((pixel) => cubic((pixel - centre + 0.5) / stretch, -0.5));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { indices, weights: weights.map((weight) => weight / sum) };
  });
}

/** [from, from, width] -> [to, to, width] */
function resizeGrid(grid: Float32Array, from: number, to: number, width: number, antialias: boolean): Float32Array {
  const taps = antialias ? smoothTaps(from, to) : plainTaps(from, to);
  const rows = new Float64Array(from * to * width);
  const result = new Float64Array(to * to * width);
  for (let y = 0; y < from; y += 1) {
    for (const [x, { indices, weights }] of taps.entries()) {
      for (const [tap, source] of indices.entries()) {
        const weight = weights[tap] as number;
        const [target, start] = [(y * to + x) * width, (y * from + source) * width];
        for (let i = 0; i < width; i += 1)
          rows[target + i] = (rows[target + i] as number) + weight * (grid[start + i] as number);
      }
    }
  }
  for (const [y, { indices, weights }] of taps.entries()) {
    for (const [tap, source] of indices.entries()) {
      const weight = weights[tap] as number;
      const [target, start] = [y * to * width, source * to * width];
      for (let i = 0; i < to * width; i += 1) {
        result[target + i] = (result[target + i] as number) + weight * (rows[start + i] as number);
      }
    }
  }
  return Float32Array.from(result);
}

/**
 * Returns the configuration for another image size.
 *
 * @throws FoveaError `image_size_unfit` if the size is not a multiple of the patch size
 */
export function withImageSize(config: VitConfig, imageSize: number | null): VitConfig {
  if (imageSize === null || imageSize === config.imageSize) return config;
  const { patchSize } = config;
  if (imageSize < patchSize || imageSize % patchSize !== 0) {
    const below = Math.max(1, Math.floor(imageSize / patchSize)) * patchSize;
    throw new FoveaError(
      'image_size_unfit',
      `An image size of ${imageSize} does not fit the backbone: its patches are ${patchSize} pixels wide.`,
      { hint: `Choose a multiple of ${patchSize}, such as ${below} or ${below + patchSize}.` },
    );
  }
  return { ...config, imageSize };
}

/**
 * Interpolates position embeddings for another image size, as transformers does: those of the patches by bicubic
 * interpolation of their grid (antialiased only for `dinov2_with_registers`), those of the leading tokens unchanged.
 * All other parameters stay the same.
 */
export function interpolatePositions(parameters: NamedTensors, from: VitConfig, to: VitConfig): NamedTensors {
  if (from.imageSize === to.imageSize) return parameters;
  const name = positionsName(from.family);
  const positions = parameters.get(name);
  if (positions === undefined) return parameters;
  return new Map([...parameters, [name, interpolated(positions, from, to)]]);
}

function interpolated({ shape, data }: Tensor, from: VitConfig, to: VitConfig): Tensor {
  const { family, hiddenSize } = from;
  const leading = placedLeadingTokens(from);
  const [before, after] = [gridSize(from), gridSize(to)];
  const cut = leading * hiddenSize;
  const antialias = family === 'dinov2_with_registers';
  const values = new Float32Array((leading + after * after) * hiddenSize);
  values.set(data.subarray(0, cut));
  values.set(resizeGrid(data.subarray(cut), before, after, hiddenSize, antialias), cut);
  return { shape: shape.with(-2, leading + after * after), data: values };
}
