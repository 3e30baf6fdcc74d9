import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import { type RunConfigInput, runConfigSchema } from '#shared/models/run-config';
import { writeRasterFile } from '../packs/place';
import { launchNodeHost } from '../process/node-launcher';
import { buildHosts, engineEntries } from '../process/test-support/build-hosts';
import { createEngineClient, type EngineClient } from './client/client';
import type { Sample, TrainSpec } from './core/protocol';

/** An engine for the tests of a file. Builds the host and loader thread before the tests, and ends the engine after. */
export function testEngine(name: string): EngineClient {
  let client: EngineClient;
  beforeAll(async () => {
    const entry = join(await buildHosts(name, engineEntries), 'engine-host.js');
    client = createEngineClient({ launcher: launchNodeHost, entry });
  }, 180_000);
  afterAll(() => client.dispose());
  return {
    request: (...given) => client.request(...given),
    get pid() {
      return client.pid;
    },
    dispose: () => client.dispose(),
  };
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'fovea-engine-'));

/** Creates folders that are removed after the tests of a file. */
export function temporaryFolders(): () => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = temporaryFolder();
    folders.push(folder);
    return folder;
  };
}

/** Writes two separable classes: bright discs on the left or right, on noise. */
export function writeSamples(folder: string, count: number, firstImage = 1): Sample[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, index) => {
    const image = firstImage + index;
    const label = index % 2;
    const random = createRandom(7, image);
    const [width, height] = [120, 100];
    const data = new Uint8Array(width * height);
    const centerX = label === 0 ? 35 : 85;
    for (let i = 0; i < data.length; i++) {
      const inside = ((i % width) - centerX) ** 2 + (Math.floor(i / width) - 50) ** 2 < 22 ** 2;
      data[i] = (inside ? 150 : 40) + random.integer(80);
    }
    const raster = writeRasterFile(join(folder, `${image}.raster`), { width, height, channels: 1, data });
    return { image, raster, label };
  });
}

/** A small run of vit-micro in `folder`. Flips are off: they would swap the classes. */
export function smallRun(folder: string, config: Partial<RunConfigInput> = {}): TrainSpec {
  return {
    runFolder: join(folder, 'run'),
    cacheFolder: join(folder, 'cache'),
    config: runConfigSchema.parse({
      backbone: 'vit-micro',
      epochs: 2,
      batchSize: 4,
      gradientAccumulation: 2,
      learningRate: 1e-3,
      logEverySteps: 1,
      threads: 1,
      augmentation: { horizontalFlip: 0 },
      ...config,
    }),
    classes: ['left', 'right'],
    backbone: { kind: 'architecture', name: 'vit-micro' },
    pipeline: defaultPipeline(96),
    train: writeSamples(join(folder, 'train'), 18),
    validation: writeSamples(join(folder, 'validation'), 8, 1001),
    resume: false,
  };
}
