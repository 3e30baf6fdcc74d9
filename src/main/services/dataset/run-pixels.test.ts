import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { decodeRaster } from '#shared/imaging/raster';
import type { Pipeline } from '#shared/models/pipeline';
import { runConfigSchema } from '#shared/models/run-config';
import { pipelineOf } from '#shared/training/run-pipeline';
import { dicomFile, imageModule } from '../../ingest/test-support/dicom-bytes';
import { type RasterPlace, readPlace } from '../../packs/place';
import { rasterKey } from '../project/project-paths';
import { type ImportProject, openImportProject } from '../test-support/import-project';
import { ensureRasters } from './raster-cache';

let opened: ImportProject;
beforeEach(async () => {
  opened = await openImportProject();
});
afterEach(() => opened.close());

test('new runs see square pixels, earlier runs see them as stored', async () => {
  const { root, project, dataset, pool, importAll } = opened;
  // Twice as tall as wide: 0.6 mm between rows, 0.3 mm between columns.
  const pixels = Uint8Array.from({ length: 40 * 48 }, (_, index) => index % 200);
  writeFileSync(
    join(root, 'a.dcm'),
    dicomFile([['00280030', 'DS', '0.6\\0.3'], ...imageModule({ rows: 40, columns: 48 }), ['7fe00010', 'OW', pixels]]),
  );
  await importAll([join(root, 'a.dcm')]);
  const [image = 0] = dataset.ids(project, {}, 'path');
  const { hash } = dataset.sourceFile(project, image);

  const now = pipelineOf(runConfigSchema.parse({ backbone: 'vit' }), defaultPipeline(224));
  const { pixels: _pixels, wideSamples: _wideSamples, ...before } = now;
  const size = async (pipeline: Pipeline) => {
    const [place] = await ensureRasters({ project, dataset, pool, pipeline, images: [{ image, hash }] });
    const { width, height } = decodeRaster(readPlace(place as RasterPlace));
    return [width, height];
  };
  expect(now.pixels).toBe('square');
  expect([rasterKey(now), rasterKey(before)]).toEqual(['square', '']);
  expect([await size(now), await size(before), await size(now)]).toEqual([
    [48, 80],
    [48, 40],
    [48, 80],
  ]);
  const window = { kind: 'window', center: 40, width: 80 } as const;
  expect(rasterKey({ ...now, intensity: window })).not.toBe(rasterKey({ ...before, intensity: window }));
});

test('rasters are as large as the images of the run, but never larger than the source', async () => {
  const { root, project, dataset, pool, importAll } = opened;
  for (const [name, width, height] of [
    ['large', 1000, 900],
    ['small', 700, 600],
  ] as const) {
    const picture = sharp({ create: { width, height, channels: 3, background: name === 'large' ? 'white' : 'grey' } });
    await picture.png().toFile(join(root, `${name}.png`));
  }
  await importAll([join(root, 'large.png'), join(root, 'small.png')]);
  const images = dataset.ids(project, {}, 'path').map((image) => ({ image, ...dataset.sourceFile(project, image) }));
  const sizes = async (size: number) => {
    const pipeline = defaultPipeline(size);
    const places = await ensureRasters({ project, dataset, pool, pipeline, images });
    return places.map((place) => decodeRaster(readPlace(place)).height);
  };
  expect([await sizes(224), await sizes(512)]).toEqual([
    [512, 512],
    [512, 512],
  ]);
  expect(await sizes(518)).toEqual([768, 600]);
  expect(await sizes(1024)).toEqual([900, 600]);
  expect(rasterKey(defaultPipeline(518))).toBe(rasterKey(defaultPipeline(640)));
});
