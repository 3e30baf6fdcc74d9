import { FoveaError } from '#shared/ipc/errors';
import type { DecodePool } from '../decode-host/client';
import type { Resource, ResourceSources } from './core/resource';
import type { Pictures } from './dataset/pictures';
import type { Predictions } from './predictions/predictions';
import type { Projects } from './project/projects';
import type { Reports } from './reports/reports';

const png = (bytes: Uint8Array): Resource => ({ bytes, type: 'image/png' });

/** Connects the resources in `src/shared/ipc/resources.ts` to services. */
export function createResourceSources(services: {
  readonly projects: Projects;
  readonly pictures: Pictures;
  readonly predictions: Predictions;
  readonly reports: Reports;
  readonly pool: DecodePool;
}): ResourceSources {
  const { projects, pictures, predictions, reports, pool } = services;
  return {
    thumbnail: async (project, image) => ({
      bytes: await pictures.thumbnail(projects.get(project), image),
      type: 'image/jpeg',
    }),
    raster: async (project, image) => png(await pictures.raster(projects.get(project), image)),
    display: async (project, image, options) => png(await pictures.display(projects.get(project), image, options)),
    augmented: async (project, image, options) => png(await pictures.augmented(projects.get(project), image, options)),
    predictionImage: async (prediction) => png(await pool.encodePng(predictions.image(prediction))),
    predictionAttention: async (prediction) => ({
      bytes: littleEndian(predictions.attention(prediction)),
      type: 'application/octet-stream',
    }),
    report: async (id) => ({ bytes: await reports.read(id), type: 'text/html; charset=utf-8' }),
  };
}

/** Bytes of the values. Throws `big_endian` on a big-endian machine, where they would be misread. */
function littleEndian(values: Float32Array): Uint8Array {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
    throw new FoveaError('big_endian', 'Fovea does not run on big-endian machines.');
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
