import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import { decodeRaster } from '#shared/imaging/raster';
import type { Pipeline } from '#shared/models/pipeline';
import { pipelineOf } from '#shared/training/run-pipeline';
import { pngBytes, pngChunk } from '../../ingest/test-support/png-bytes';
import { type RasterPlace, readPlace } from '../../packs/place';
import { RASTERS_AS_STORED, rasterKey, rasterPath, USUAL_RASTERS } from '../project/project-paths';
import { type ImportProject, openImportProject } from '../test-support/import-project';
import { ensureRasters } from './raster-cache';

let at: ImportProject;
beforeEach(async () => {
  at = await openImportProject();
});
afterEach(() => at.close());

const preparation = defaultPipeline(224);
const present = (intensity?: string) => pipelineOf({ intensity, crop: undefined }, preparation);

/** A run record of an earlier version, which does not state how pixels and 16-bit samples are read. */
function earlier(intensity?: string): Pipeline {
  const { pixels: _pixels, wideSamples: _wideSamples, ...record } = present(intensity);
  return record;
}

async function importFile(bytes: Buffer) {
  const path = join(at.root, 'a.png');
  writeFileSync(path, bytes);
  const { result } = await at.importAll([path]);
  const [image = 0] = at.dataset.ids(at.project, {}, 'path');
  return { path, result, image, hash: at.dataset.sourceFile(at.project, image).hash };
}

async function rasterOf(pipeline: Pipeline, one: { readonly image: number; readonly hash: string }) {
  const [raster] = await ensureRasters({ ...at, pipeline, images: [one] });
  return decodeRaster(readPlace(raster as RasterPlace));
}

/** Twelve bits in sixteen, and pixels half as wide as high. */
const picture = pngBytes({
  width: 4,
  height: 1,
  channels: 1,
  depth: 16,
  values: [0, 1000, 2000, 4000],
  chunks: [pngChunk('pHYs', [0, 0, 0, 2, 0, 0, 0, 1, 0])],
});

it('16-bit PNG files and non-square pixels are read as the run recorded', async () => {
  const one = await importFile(picture);
  expect(one.result.warnings).toEqual(
    expect.arrayContaining([expect.stringContaining('no sBIT'), expect.stringContaining('not square')]),
  );
  expect(at.dataset.summary(at.project).widePngs).toBe(1);

  // 255 v / 4000; each pixel is twice as high as wide, so that one row becomes two.
  const now = await rasterOf(present(), one);
  expect([now.width, now.height, ...now.data.subarray(0, 4)]).toEqual([4, 2, 0, 64, 128, 255]);
  const window = await rasterOf(present('window:1000:2001'), one);
  expect([...window.data.subarray(0, 4)]).toEqual([0, 128, 255, 255]);

  // Earlier versions: round(v / 257), pixels as stored, and no intensity.
  for (const intensity of [undefined, 'window:1000:2000', 'full-range']) {
    const before = await rasterOf(earlier(intensity), one);
    expect([before.width, before.height, ...before.data], `${intensity}`).toEqual([4, 1, 0, 4, 8, 16]);
  }
  const dropped = await at.pool.ingest({ path: one.path, intensity: { kind: 'auto' }, shortSide: 512 });
  expect([...dropped.raster.data]).toEqual([0, 4, 8, 16]);
});

it('earlier rasters stay with their runs, under names other than today’s', async () => {
  const one = await importFile(picture);
  const paths = [present(), earlier()].map((pipeline) => rasterPath(at.project.folder, one.hash, rasterKey(pipeline)));
  expect(paths).toEqual([
    rasterPath(at.project.folder, one.hash, USUAL_RASTERS),
    rasterPath(at.project.folder, one.hash, RASTERS_AS_STORED),
  ]);
  expect(pipelineHash(present())).not.toBe(pipelineHash(earlier()));
  expect(pipelineHash(present())).toBe(pipelineHash(defaultPipeline(224)));
});
