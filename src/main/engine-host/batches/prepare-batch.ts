import { batchStatistics } from '#shared/imaging/batch-statistics';
import type { Raster } from '#shared/imaging/raster';
import type { Pipeline } from '#shared/models/pipeline';
import type { PrepareBatchSpec, PreparedView } from '../core/protocol';
import { type BatchOrder, makeBatch } from './batch-maker';

/** Prepares a batch by the code of training, in its first epoch and as evaluations see it, and describes it. */
export async function prepareBatch(spec: PrepareBatchSpec): Promise<{ readonly views: readonly PreparedView[] }> {
  const evaluation = viewOf(spec, { samples: spec.samples, epoch: null }, 'evaluation');
  if (!spec.augmentation.enabled) return { views: [evaluation] };
  const order = { samples: spec.samples, epoch: 1, repeats: spec.repeats };
  return { views: [evaluation, viewOf(spec, order, 'augmented')] };
}

function viewOf(spec: PrepareBatchSpec, order: BatchOrder, kind: PreparedView['kind']): PreparedView {
  const { pipeline, shown } = spec;
  const { pixels, count } = makeBatch(order, spec);
  const plane = pipeline.height * pipeline.width;
  return {
    kind,
    statistics: batchStatistics(pixels, count, plane),
    pictures: Array.from({ length: Math.min(shown, count) }, (_, index) =>
      asPicture(pixels.subarray(3 * index * plane, 3 * (index + 1) * plane), pipeline),
    ),
  };
}

/** The bytes that would give these values [3, height, width]: rescaling and normalisation undone. */
function asPicture(values: Float32Array, { width, height, rescaleFactor, mean, std }: Pipeline): Raster {
  const plane = width * height;
  const data = new Uint8Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const scale = (std[channel] as number) / rescaleFactor;
    const shift = (mean[channel] as number) / rescaleFactor;
    for (let i = 0; i < plane; i++) {
      const value = Math.round((values[channel * plane + i] as number) * scale + shift);
      data[3 * i + channel] = Math.min(255, Math.max(0, value));
    }
  }
  return { width, height, channels: 3, data };
}
