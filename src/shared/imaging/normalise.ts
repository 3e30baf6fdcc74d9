import type { Pipeline, Preparation } from '../models/pipeline';
import { evaluationView } from './evaluation-view';
import type { Raster } from './raster';

type Normalisation = Pick<Pipeline, 'rescaleFactor' | 'mean' | 'std'>;

/** Values in one plane or three interleaved ones: bytes of a raster, or an augmented view. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** [height, width, channels], 0..255 */
  readonly data: Uint8Array | Float32Array;
}

/**
 * Writes (x × rescaleFactor - mean) / std as [3, height, width] into `out` at `offset`, like the image processors of
 * transformers; a grey image is copied to all three planes before mean and std.
 */
export function normaliseInto(samples: Samples, pipeline: Normalisation, out: Float32Array, offset: number): void {
  const plane = samples.width * samples.height;
  if (samples.data.length !== plane * samples.channels) throw new RangeError('normalise: wrong length');
  if (offset < 0 || offset + 3 * plane > out.length) throw new RangeError('normalise: the output is too small');
  const { data, channels } = samples;
  for (let c = 0; c < 3; c++) {
    const scale = pipeline.rescaleFactor / (pipeline.std[c] as number);
    const shift = -(pipeline.mean[c] as number) / (pipeline.std[c] as number);
    const start = offset + c * plane;
    let at = channels === 1 ? 0 : c;
    for (let i = 0; i < plane; i++, at += channels) out[start + i] = (data[at] as number) * scale + shift;
  }
}

/** The evaluation view of a canonical raster: resize and cut, rescale, normalise. [3, height, width] */
export function pixelValuesInto(raster: Raster, pipeline: Preparation, out: Float32Array, offset: number): void {
  normaliseInto(evaluationView(raster, pipeline), pipeline, out, offset);
}

export function pixelValues(raster: Raster, pipeline: Preparation): Float32Array {
  const out = new Float32Array(3 * pipeline.width * pipeline.height);
  pixelValuesInto(raster, pipeline, out, 0);
  return out;
}
