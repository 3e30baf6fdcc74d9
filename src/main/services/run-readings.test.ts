import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import { decodeRaster } from '#shared/imaging/raster';
import { importOptionsSchema } from '#shared/models/dataset';
import type { Pipeline } from '#shared/models/pipeline';
import type { DecodePool } from '../decode-host/client';
import { decodeJobs } from '../decode-host/jobs';
import { pngBytes, pngChunk } from '../ingest/test-support/png-bytes';
import { createDataset, type Dataset } from './dataset';
import { createEvents } from './events';
import { createImports, type Imports } from './import';
import { RASTERS_AS_STORED, rasterKey, rasterPath, USUAL_RASTERS } from './project-paths';
import { createProjects, type OpenProject, type Projects } from './projects';
import { pipelineOf } from './run-preview';
import { ensureRasters } from './run-rasters';
import { createSplits } from './splits';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let root: string;
let projects: Projects;
let project: OpenProject;
let dataset: Dataset;
let imports: Imports;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fovea-readings-'));
  const events = createEvents();
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  project = await projects.create(join(root, 'project'));
  const splits = createSplits({ events });
  dataset = createDataset({ splits, pool });
  imports = createImports({ events, pool, splits });
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const estimate = {
  imageSize: 224,
  mean: [0.5, 0.5, 0.5] as [number, number, number],
  std: [0.5, 0.5, 0.5] as [number, number, number],
};
const present = (intensity?: string) => pipelineOf({ intensity, crop: undefined }, estimate);

/** The record of a run of an earlier version: nothing of how pixels and 16-bit samples are read. */
function earlier(intensity?: string): Pipeline {
  const { pixels: _pixels, wideSamples: _wideSamples, ...record } = present(intensity);
  return record;
}

async function importFile(bytes: Buffer) {
  const path = join(root, 'a.png');
  writeFileSync(path, bytes);
  const plan = await imports.scan(project, [path]);
  const handle = { signal: new AbortController().signal, progress: () => {} };
  const result = await imports.run(project, plan.id, importOptionsSchema.parse({}), null, handle);
  const [image = 0] = dataset.ids(project, {}, 'path');
  return { path, result, image, hash: dataset.sourceFile(project, image).hash };
}

async function rasterOf(pipeline: Pipeline, one: { readonly image: number; readonly hash: string }) {
  const [raster = ''] = await ensureRasters({ project, dataset, pool, pipeline, images: [one] });
  return decodeRaster(readFileSync(raster));
}

/** Twelve bits in sixteen, and pixels half as wide as they are high: two for each of a unit's width. */
const picture = pngBytes({
  width: 4,
  height: 1,
  channels: 1,
  depth: 16,
  values: [0, 1000, 2000, 4000],
  chunks: [pngChunk('pHYs', [0, 0, 0, 2, 0, 0, 0, 1, 0])],
});

it('16-bit PNG and pixels that are not square are read as the record of the run says', async () => {
  const one = await importFile(picture);
  expect(one.result.warnings).toEqual(
    expect.arrayContaining([expect.stringContaining('no sBIT'), expect.stringContaining('not square')]),
  );
  expect(dataset.summary(project).widePngs).toBe(1);

  // 255 v / 4000; each pixel twice as high, so that the row is two rows.
  const now = await rasterOf(present(), one);
  expect([now.width, now.height, ...now.data.subarray(0, 4)]).toEqual([4, 2, 0, 64, 128, 255]);
  const window = await rasterOf(present('window:1000:2001'), one);
  expect([...window.data.subarray(0, 4)]).toEqual([0, 128, 255, 255]);

  // Versions before: round(v / 257), pixels as they are stored, and no intensity.
  for (const intensity of [undefined, 'window:1000:2000', 'full-range']) {
    const before = await rasterOf(earlier(intensity), one);
    expect([before.width, before.height, ...before.data], `${intensity}`).toEqual([4, 1, 0, 4, 8, 16]);
  }
  const dropped = await pool.ingest({ path: one.path, intensity: { kind: 'auto' }, shortSide: 512 });
  expect([...dropped.raster.data]).toEqual([0, 4, 8, 16]);
});

it('rasters of an earlier version stay those of its runs, and have another name than those of today', async () => {
  const one = await importFile(picture);
  const paths = [present(), earlier()].map((pipeline) => rasterPath(project.folder, one.hash, rasterKey(pipeline)));
  expect(paths).toEqual([
    rasterPath(project.folder, one.hash, USUAL_RASTERS),
    rasterPath(project.folder, one.hash, RASTERS_AS_STORED),
  ]);
  expect(pipelineHash(present())).not.toBe(pipelineHash(earlier()));
  expect(pipelineHash(present())).toBe(pipelineHash(defaultPipeline(224)));
});
