import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import { writeCheckpointFolder } from '../../engine-host/models/test-checkpoint';
import { storeComparisons } from '../../store/duplicates';
import { createEvents } from '../core/events';
import { createDataset } from '../dataset/dataset';
import { countDuplicates, duplicateGroups } from '../duplicates/duplicate-groups';
import { createDuplicates } from '../duplicates/duplicates';
import { placedImages } from '../duplicates/known-leaks';
import { createImports } from '../imports/imports';
import { createProjects, type OpenProject, type Projects } from '../project/projects';
import { createSplits } from '../splits/splits';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { inThisThread } from '../test-support/in-this-thread';
import { quietJob } from '../test-support/quiet-job';
import type { RunConfigGiven } from './run-preview';
import { createRuns } from './runs';

const folder = mkdtempSync(join(tmpdir(), 'fovea-quick-then-lora-'));
const events = createEvents();
let hosts: TestHosts;
let projects: Projects;

beforeAll(async () => {
  hosts = await startHosts('quick-then-lora');
  projects = createProjects({ userDataFolder: join(folder, 'user'), events });
}, 120_000);
afterAll(async () => {
  await hosts?.dispose();
  projects?.closeAll();
  rmSync(folder, { recursive: true, force: true });
});

/** A picture of squares of random brightness: two seeds look nothing alike. */
function squares(seed: number): Promise<Buffer> {
  const random = createRandom(3, seed);
  const data = Buffer.from(Array.from({ length: 36 }, () => 20 + random.integer(200)));
  const small = sharp(data, { raw: { width: 6, height: 6, channels: 1 } });
  return small.resize(48, 48, { kernel: 'nearest' }).png().toBuffer();
}

/** A project with the images of a folder and a split of them. */
async function splitProject(name: string, images: string): Promise<OpenProject> {
  const project = await projects.create(join(folder, name), name);
  const splits = createSplits();
  const imports = createImports({ events, pool: hosts.pool, splits, background: inThisThread(() => project) });
  const plan = await imports.scan(project, [images]);
  await imports.run(project, plan.id, importOptionsSchema.parse({}), null, quietJob());
  await createDuplicates({ events, pool: hosts.pool, background: inThisThread(() => project) }).search(project);
  splits.split(project, {});
  return project;
}

/** Runs quick and lora on the split of a project, with the search by features in between, and returns their states. */
async function quickThenLora(project: OpenProject, backbone: string, imageSize: number, between: () => void) {
  const { engine, pool } = hosts;
  const runs = createRuns({
    dataset: createDataset({ splits: createSplits(), pool }),
    backbones: { resolve: async (source: string) => ({ kind: 'folder' as const, folder: source }) },
    engine,
    pool,
    events,
    version: '0.0.0-test',
  });
  const config = (preset: 'quick' | 'lora'): RunConfigGiven => ({
    backbone,
    preset,
    imageSize,
    device: 'cpu',
    threads: 1,
    epochs: 1,
    batchSize: 4,
    gradientAccumulation: 1,
  });
  const quick = await runs.start(project, config('quick'));
  const first = await runs.wait(project, quick.id);
  await createDuplicates({ events, pool, background: inThisThread(() => project) }).searchFeatures(project);
  between();
  const lora = await runs.start(project, config('lora'));
  const second = await runs.wait(project, lora.id);
  return [first, second].map(({ state, error }) => ({ state, error }));
}

const finished = { state: 'finished', error: null };

/** Two images of different splits. */
function apart(project: OpenProject): { a: number; b: number } {
  const [first, ...others] = placedImages(project.store);
  const other = others.find(({ part }) => part !== first?.part);
  return { a: first?.image ?? 0, b: other?.image ?? 0 };
}

describe('quick and then lora on one split', () => {
  it('runs through with near duplicates, and with pairs that the features suspect in two splits', async () => {
    const images = join(folder, 'pictures');
    for (let index = 0; index < 16; index++) {
      const bytes = await squares(index);
      const label = index % 2 === 0 ? 'even' : 'odd';
      mkdirSync(join(images, label), { recursive: true });
      writeFileSync(join(images, label, `${index}.png`), bytes);
      // A near duplicate of every fourth: the same picture, brighter.
      if (index % 4 === 0) {
        writeFileSync(join(images, label, `${index} again.png`), await sharp(bytes).linear(1.05, 2).png().toBuffer());
      }
    }
    const project = await splitProject('pictures project', images);
    expect(countDuplicates(duplicateGroups(project.store)).groups).toBeGreaterThan(0);
    const backbone = writeCheckpointFolder(join(folder, 'small model'));
    const states = await quickThenLora(project, backbone, 32, () => {
      // As the search by features stores it. Here it had too few images, and a tiny model tells little apart.
      const pair = { ...apart(project), similarity: 0.95, exact: false, alignment: 'straight' };
      storeComparisons(project.store, [pair], []);
    });
    expect(states).toEqual([finished, finished]);
    expect(countDuplicates(duplicateGroups(project.store)).suspected).toBeGreaterThan(0);
  });
});
