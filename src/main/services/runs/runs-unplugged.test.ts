import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRun } from '../../store/runs';
import { mountUnpluggableDisk, type UnpluggableDisk } from '../../store/test-support/unpluggable-disk';
import { createEvents, type Events } from '../core/events';
import { createDataset } from '../dataset/dataset';
import { createProjects, type OpenProject, type Projects } from '../project/projects';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { createRuns, type Runs } from './runs';

const disk = mountUnpluggableDisk(48);
const elsewhere = mkdtempSync(join(tmpdir(), 'fovea-unplugged-'));
let hosts: TestHosts;
let events: Events;
let projects: Projects;
let project: OpenProject;
let runs: Runs;

beforeAll(async () => {
  if (disk === null) return;
  hosts = await startHosts('services-unplugged');
  events = createEvents();
  projects = createProjects({ userDataFolder: join(elsewhere, 'user'), events });
  project = await projects.create(join(disk.folder, 'project'), 'Discs');
  await addDiscs(project, join(elsewhere, 'pictures'), { train: 16, validation: 8, test: 2 });
  const { engine, pool } = hosts;
  const dataset = createDataset({ splits: createSplits(), pool });
  const backbones = { resolve: (name: string) => ({ kind: 'architecture' as const, name }) };
  runs = createRuns({ dataset, backbones, engine, pool, events, version: '0.0.0-test' });
}, 120_000);

afterAll(async () => {
  await hosts?.dispose();
  projects?.closeAll();
  disk?.dispose();
  rmSync(elsewhere, { recursive: true, force: true });
});

const start = () =>
  runs.start(project, {
    backbone: 'vit-micro',
    device: 'cpu',
    threads: 1,
    epochs: 3,
    batchSize: 4,
    gradientAccumulation: 1,
    logEverySteps: 1,
    augmentation: { horizontalFlip: 0 },
  });
/** A run whose disk fails after this step of it. */
async function startAndFailAfter(step: number): Promise<string> {
  const end = events.on('run.log', ({ record }) => {
    if (record.kind === 'step' && record.step === step) {
      end();
      disk?.fail();
    }
  });
  const { id } = await start();
  await expect.poll(async () => (await runs.progress(project, id)).state, { timeout: 60_000 }).toBe('paused');
  return id;
}

describe.skipIf(disk === null)(
  'a run whose disk is unplugged (needs the right to mount a loop device)',
  { timeout: 120_000 },
  () => {
    const { folder, detach, plugIn } = disk as UnpluggableDisk;

    it('keeps its weights in memory, and resumes when the disk is back, with the same result', async () => {
      const id = await startAndFailAfter(6);
      const stalled = await runs.progress(project, id);
      expect(stalled.message).toContain('disk');
      detach();
      await expect
        .poll(async () => (await runs.progress(project, id)).message, { timeout: 60_000 })
        .toContain('project folder has moved');
      await expect(runs.list(project)).rejects.toMatchObject({ code: 'project_away' });
      await expect(start()).rejects.toMatchObject({ code: 'project_away' });
      expect(readdirSync(folder)).toEqual([]);
      plugIn();
      expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
      expect(storedRun(project.store, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
      // 16 images in batches of 4, three epochs: each step once, also those whose lines the disk had taken and lost.
      const { records } = await runs.log(project, id, 0, 1000);
      expect(records.flatMap((record) => (record.kind === 'step' ? record.step : []))).toEqual(
        Array.from({ length: 12 }, (_, index) => index + 1),
      );
    });
  },
);
