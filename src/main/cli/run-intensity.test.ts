import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import { decodeRaster } from '#shared/imaging/raster';
import { importOptionsSchema } from '#shared/models/dataset';
import { pipelineSchema } from '#shared/models/pipeline';
import { runConfigSchema } from '#shared/models/run-config';
import { pipelineOf } from '#shared/training/run-pipeline';
import type { DecodePool } from '../decode-host/client';
import { decodeJobs } from '../decode-host/jobs';
import { dicomFile, imageModule } from '../ingest/test-support/dicom-bytes';
import { type RasterPlace, readPlace } from '../packs/place';
import { createEvents } from '../services/core/events';
import { createDataset } from '../services/dataset/dataset';
import { ensureRasters } from '../services/dataset/raster-cache';
import { createImports } from '../services/imports/imports';
import { rasterKey } from '../services/project/project-paths';
import { createProjects, type Projects } from '../services/project/projects';
import { createSplits } from '../services/splits/splits';
import { inThisThread } from '../services/test-support/in-this-thread';
import { quietJob } from '../services/test-support/quiet-job';
import { buildRunConfig } from './configuration';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let root: string;
let projects: Projects;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-intensity-'));
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

const preparation = defaultPipeline(224);
const pipelineWith = (intensity?: string) =>
  pipelineOf(
    runConfigSchema.parse({ backbone: 'vit', ...(intensity === undefined ? {} : { intensity }) }),
    preparation,
  );

it('creates rasters for each intensity of a run, with bytes computed by hand', async () => {
  const events = createEvents();
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  const project = await projects.create(join(root, 'project'));
  const splits = createSplits();
  const dataset = createDataset({ splits, pool });
  const imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  // Units = stored - 100: -100, -60, 0, 40, 100, 900; the file's own window is 0 to 80.
  const stored = [0, 40, 100, 140, 200, 1000];
  const path = join(root, 'a.dcm');
  writeFileSync(
    path,
    dicomFile([
      ...imageModule({ rows: 2, columns: 3, allocated: 16 }),
      ['00281050', 'DS', '40.5'],
      ['00281051', 'DS', '81'],
      ['00281052', 'DS', '-100'],
      ['00281053', 'DS', '1'],
      ['7fe00010', 'OW', Buffer.from(Uint16Array.from(stored).buffer)],
    ]),
  );
  const plan = await imports.scan(project, [path]);
  const handle = quietJob();
  await imports.run(project, plan.id, importOptionsSchema.parse({}), null, handle);
  const [image = 0] = dataset.ids(project, {}, 'path');
  const { hash } = dataset.sourceFile(project, image);

  const expected = {
    // (x - 40) / 80 + 0.5 = x / 80: 0.5 at 40.
    auto: [0, 0, 0, 128, 255, 255],
    // (x + 100) / 1000
    'full-range': [0, 10, 26, 36, 51, 255],
    // LINEAR with centre 0.5 and width 201: (x - 0) / 200 + 0.5 = (x + 100) / 200
    'window:0.5:201': [0, 51, 128, 179, 255, 255],
    // numpy.percentile(units, [20, 80]) = [-60, 100]: (x + 60) / 160
    'percentile:20:80': [0, 0, 96, 159, 255, 255],
  };
  const keys = new Set<string>();
  for (const [intensity, bytes] of Object.entries(expected)) {
    const pipeline = pipelineWith(intensity);
    keys.add(rasterKey(pipeline));
    const [raster] = await ensureRasters({ project, dataset, pool, pipeline, images: [{ image, hash }] });
    expect([...decodeRaster(readPlace(raster as RasterPlace)).data], intensity).toEqual(bytes);
    // The same file as decoded for a prediction with the pipeline of the run's record.
    const {
      intensity: recorded,
      canonicalShortSide: shortSide,
      crop,
    } = pipelineSchema.parse(JSON.parse(JSON.stringify(pipeline)));
    const dropped = await pool.ingest({ path, intensity: recorded, shortSide, crop });
    expect([...dropped.raster.data], intensity).toEqual(bytes);
  }
  expect(keys.size).toBe(4);
});

it('keeps the hash of a run without an intensity, or with auto', () => {
  expect(pipelineHash(pipelineWith())).toBe(pipelineHash(defaultPipeline(224)));
  expect(pipelineHash(pipelineWith('auto'))).toBe(pipelineHash(defaultPipeline(224)));
  expect(pipelineHash(pipelineWith('full-range'))).not.toBe(pipelineHash(defaultPipeline(224)));
  expect(pipelineHash(pipelineWith('window:40:400'))).not.toBe(pipelineHash(pipelineWith('window:40:80')));
});

it('can be set on the command line in the notation it is printed in', () => {
  expect(buildRunConfig({ backbone: 'vit' }, {}, ['intensity=window:40:400']).intensity).toBe('window:40:400');
  expect(() => buildRunConfig({ backbone: 'vit' }, {}, ['intensity=window:40'])).toThrow();
});
