import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import { decodeRaster } from '#shared/imaging/raster';
import { pipelineSchema } from '#shared/models/pipeline';
import { runConfigSchema } from '#shared/models/run-config';
import { pipelineOf } from '#shared/training/run-pipeline';
import { dicomFile, imageModule, items } from '../../ingest/test-support/dicom-bytes';
import { type RasterPlace, readPlace } from '../../packs/place';
import { ensureRasters } from '../dataset/raster-cache';
import { rasterKey } from '../project/project-paths';
import { type ImportProject, openImportProject } from '../test-support/import-project';

let opened: ImportProject;
beforeEach(async () => {
  opened = await openImportProject();
});
afterEach(() => opened.close());

const preparation = defaultPipeline(224);

it('a run without a crop keeps its hash and cache, and one with a crop has rasters of its own', async () => {
  const { root, project, dataset, pool, importAll } = opened;
  const box = items([
    ['00186012', 'US', [1]],
    ['00186014', 'US', [1]],
    ['00186018', 'UL', [4]],
    ['0018601a', 'UL', [8]],
    ['0018601c', 'UL', [35]],
    ['0018601e', 'UL', [31]],
  ]);
  const pixels = Uint8Array.from({ length: 40 * 48 }, (_, index) => (index < 8 * 48 ? 255 : index % 200));
  writeFileSync(
    join(root, 'a.dcm'),
    dicomFile([['00186011', 'SQ', box], ...imageModule({ rows: 40, columns: 48 }), ['7fe00010', 'OW', pixels]]),
  );
  await importAll([join(root, 'a.dcm')]);
  const [image] = dataset.ids(project, {}, 'path');
  const { hash } = dataset.sourceFile(project, image ?? 0);

  const whole = pipelineOf(runConfigSchema.parse({ backbone: 'vit' }), preparation);
  const cropped = pipelineOf(runConfigSchema.parse({ backbone: 'vit', crop: 'ultrasound-region' }), preparation);
  expect(pipelineHash(whole)).toBe(pipelineHash(defaultPipeline(224)));
  expect(pipelineHash(cropped)).not.toBe(pipelineHash(whole));
  expect([rasterKey(whole), rasterKey(cropped)]).toEqual(['square', expect.stringMatching(/^[0-9a-f]{12}$/)]);
  expect(pipelineSchema.parse(JSON.parse(JSON.stringify(cropped)))).toEqual(cropped);

  const sizes = async (pipeline: typeof whole) => {
    const places = await ensureRasters({ project, dataset, pool, pipeline, images: [{ image: image ?? 0, hash }] });
    const { width, height } = decodeRaster(readPlace(places[0] as RasterPlace));
    return [width, height];
  };
  expect(await sizes(cropped)).toEqual([32, 24]);
  expect(await sizes(whole)).toEqual([48, 40]);
  expect(await sizes(cropped)).toEqual([32, 24]);
});
