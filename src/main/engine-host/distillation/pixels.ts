import type { Pipeline } from '#shared/models/pipeline';

export type ImageNormalisation = Pick<Pipeline, 'rescaleFactor' | 'mean' | 'std'>;

/** Writes an 8-bit picture as RGB planes to `out` at `offset`, normalised: (x × rescaleFactor - mean) / std. */
export function normalisePlanes(
  picture: Uint8Array,
  { rescaleFactor, mean, std }: ImageNormalisation,
  out: Float32Array,
  offset: number,
): void {
  const area = picture.length / 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const [centre, scale] = [mean[channel] as number, std[channel] as number];
    const table = Float32Array.from({ length: 256 }, (_, value) => (value * rescaleFactor - centre) / scale);
    for (let i = channel * area; i < (channel + 1) * area; i += 1) {
      out[offset + i] = table[picture[i] as number] as number;
    }
  }
}
