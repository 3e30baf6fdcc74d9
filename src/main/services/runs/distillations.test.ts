import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCheckpointFolder } from '../../engine-host/models/test-checkpoint';
import { type Backbones, createBackbones } from '../backbones/backbones';
import { createJobs, type Jobs } from '../core/jobs';
import { createSettings } from '../core/settings';
import { createDataset } from '../dataset/dataset';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { openTestProject } from '../test-support/project';
import { createDistillations, type Distillations } from './distillations';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root, events, project } = opened;
let hosts: TestHosts;
let jobs: Jobs;
let backbones: Backbones;
let distillations: Distillations;
/** Names of the rasters that the engine was given. */
const given = new Set<string>();

beforeAll(async () => {
  hosts = await startHosts('distillations');
  await addDiscs(project, join(root, 'pictures'), { train: 36, validation: 6, test: 6 });
  jobs = createJobs(events);
  backbones = createBackbones({
    folder: join(root, 'store'),
    resourcesFolder: resolve(import.meta.dirname, '../../../../resources'),
    jobs,
    settings: createSettings(join(root, 'user')),
    measureSpeed: async () => ({ device: 'cpu', gflops: null, graphicsCards: [] }),
    inspect: (folder) => hosts.engine.request('inspectBackbone', { folder }).result,
  });
  const teacher = writeCheckpointFolder(join(root, 'teacher'));
  writeFileSync(join(teacher, 'LICENSE'), 'Apache License\nVersion 2.0, January 2004');
  await backbones.importCheckpoint([teacher], 'teacher');
  const engine: typeof hosts.engine = {
    ...hosts.engine,
    request: (name, input, hooks) => {
      if ('rasters' in input) for (const raster of input.rasters) given.add(raster.name);
      return hosts.engine.request(name, input, hooks);
    },
  };
  const dataset = createDataset({ splits: createSplits(), pool: hosts.pool });
  distillations = createDistillations({ dataset, backbones, engine, pool: hosts.pool, jobs });
}, 180_000);

afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

const request = { teacher: 'teacher', student: 'reduced', name: 'small one', minutes: 0.02 };
const stateFolders = () => {
  const folder = join(project.folder, 'cache', 'distillation');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

describe('a distillation', () => {
  it('stops when cancelled, continues by the same request, and ends as a backbone with its origin', async () => {
    const stopped = distillations.start(project, request);
    events.on('job', (job) => {
      if (job.id === stopped.id && job.progress.kind === 'working' && job.progress.phase === 'distilling') {
        jobs.cancel(stopped.id);
      }
    });
    await expect(stopped.result).rejects.toMatchObject({ code: 'cancelled' });
    const [kept, ...others] = stateFolders();
    expect(others).toEqual([]);
    expect(readdirSync(kept ?? '')).toContain('plan.json');
    expect((await backbones.list()).some(({ name }) => name === 'small one')).toBe(false);

    const { backbone, images, steps, errors } = await distillations.start(project, request).result;
    expect(backbone).toMatchObject({ name: 'small one', source: 'imported', licence: 'Apache-2.0', layers: 1 });
    expect(backbone.description).toBe('Distilled by Fovea from teacher on 32 images of the project "Discs".');
    expect(backbone.documents).toEqual(['MODEL-CARD.md', 'LICENSE']);
    const card = await backbones.document('small one', 'MODEL-CARD.md');
    expect(card).toContain('a reduced copy of the teacher');
    expect(card).toContain('that of teacher, Apache-2.0.');
    expect(images).toBe(32);
    expect(steps).toBeGreaterThan(1);
    expect(Object.values(errors ?? {}).every(Number.isFinite)).toBe(true);
    expect(await backbones.list()).toContainEqual(backbone);
    // Images of train only, and nothing is left in the cache.
    expect(given.size).toBe(36);
    expect(stateFolders()).toEqual([]);
    await expect(distillations.start(project, request).result).rejects.toMatchObject({ code: 'backbone_exists' });
  });

  it('needs a teacher with weights and a student that exists', async () => {
    const start = (changes: object) => distillations.start(project, { ...request, name: 'other', ...changes }).result;
    await expect(start({ teacher: 'vit-micro' })).rejects.toMatchObject({ code: 'teacher_untrained' });
    await expect(start({ teacher: 'nobody' })).rejects.toMatchObject({ code: 'backbone_unknown' });
    await expect(start({ student: 'vit-giant' })).rejects.toMatchObject({ code: 'student_unknown' });
  });
});
