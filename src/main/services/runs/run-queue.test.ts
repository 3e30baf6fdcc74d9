import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from '../../store/locks';
import { createDataset } from '../dataset/dataset';
import { keepLock } from '../project/project-lock';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { openTestProject } from '../test-support/project';
import type { RunConfigGiven } from './run-preview';
import { createRuns, type Runs } from './runs';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root: folder, events, project } = opened;
let hosts: TestHosts;
let runs: Runs;

const config = (changes: Partial<RunConfigGiven> = {}): RunConfigGiven => ({
  backbone: 'vit-micro',
  device: 'cpu',
  threads: 1,
  epochs: 2,
  batchSize: 4,
  gradientAccumulation: 1,
  logEverySteps: 1,
  ...changes,
});

/** Waits until the engine has taken a step of this run. */
const nextStep = (run: string): Promise<void> =>
  new Promise((resolve) => {
    const off = events.on('run.log', (event) => {
      if (event.run !== run || event.record.kind !== 'step') return;
      off();
      resolve();
    });
  });

const newRuns = (): Runs =>
  createRuns({
    dataset: createDataset({ splits: createSplits(), pool: hosts.pool }),
    backbones: { resolve: (name: string) => ({ kind: 'architecture' as const, name }) },
    engine: hosts.engine,
    pool: hosts.pool,
    events,
    version: '0.0.0-test',
  });

beforeAll(async () => {
  hosts = await startHosts('services');
  await addDiscs(project, join(folder, 'pictures'), { train: 16, validation: 8, test: 8 });
  runs = newRuns();
}, 120_000);

afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

describe('the queue', () => {
  it('lets waiting runs swap places, and starts the next when one is paused', async () => {
    const first = await runs.start(project, config({ epochs: 200 }), 'first');
    const waiting = [
      await runs.start(project, config({ epochs: 1 }), 'a'),
      await runs.start(project, config({ epochs: 1 }), 'b'),
      await runs.start(project, config({ epochs: 1 }), 'c'),
    ];
    const [a, b, c] = waiting.map((run) => run.id) as [string, string, string];
    const order = async () =>
      (await runs.list(project))
        .filter((run) => run.state === 'queued')
        .sort((one, other) => one.queueOrder - other.queueOrder)
        .map((run) => run.name);
    await nextStep(first.id);
    expect(await order()).toEqual(['a', 'b', 'c']);
    await runs.move(project, c, 'up');
    expect(await order()).toEqual(['a', 'c', 'b']);
    await runs.move(project, b, 'front');
    expect(await order()).toEqual(['b', 'a', 'c']);
    await runs.move(project, b, 'down');
    await runs.move(project, c, 'down'); // it is last already
    expect(await order()).toEqual(['a', 'b', 'c']);
    await runs.move(project, c, 'front');
    await expect(runs.move(project, first.id, 'front')).rejects.toMatchObject({ code: 'run_not_waiting' });
    await runs.stop(project, b); // cancelled: out of the queue, its settings stay
    expect(await order()).toEqual(['c', 'a']);

    const began: string[] = [];
    const off = events.on('run.progress', ({ progress }) => {
      if (progress.state === 'running' && !began.includes(progress.run)) began.push(progress.run);
    });
    await runs.pause(project, first.id);
    expect(await runs.wait(project, first.id)).toMatchObject({ state: 'paused', resumable: true });
    await Promise.all([runs.wait(project, a), runs.wait(project, c)]);
    off();
    expect(began.filter((run) => run !== first.id)).toEqual([c, a]);
    expect((await runs.get(project, b)).summary).toMatchObject({ state: 'stopped', resumable: true, hasModel: false });
    await runs.stop(project, first.id); // paused: there is nothing to wait for
    for (const run of [first.id, a, b, c]) await runs.remove(project, run);
  }, 120_000);

  it('survives a restart, and resumes in order', async () => {
    const before = newRuns();
    const training = await before.start(project, config({ epochs: 200 }), 'training');
    const last = await before.start(project, config({ epochs: 1 }), 'last');
    const next = await before.start(project, config({ epochs: 1 }), 'next');
    await before.move(project, next.id, 'front');
    await nextStep(training.id);
    await before.close();
    const left = await runs.list(project);
    for (const { id } of [training, last, next]) {
      expect(left.find((run) => run.id === id)).toMatchObject({ state: 'paused', resumable: true, error: null });
    }
    const resumed = await runs.resumeAll(project);
    expect(resumed.map((run) => run.name)).toEqual(['training', 'next', 'last']);
    await runs.stop(project, training.id);
    expect(await runs.wait(project, last.id)).toMatchObject({ state: 'finished', epochsDone: 1 });
    expect(await runs.wait(project, next.id)).toMatchObject({ state: 'finished', epochsDone: 1 });
    for (const { id } of [training, last, next]) await runs.remove(project, id);
  }, 120_000);

  it('starts all runs of a list or none', async () => {
    const before = readdirSync(join(project.folder, 'runs'));
    const wrong = [{ config: config() }, { config: config({ imageSize: 50 }) }];
    await expect(runs.startAll(project, wrong)).rejects.toMatchObject({ code: 'run_not_ready' });
    expect(readdirSync(join(project.folder, 'runs'))).toEqual(before);
    const started = await runs.startAll(project, [
      { config: config({ epochs: 1 }) },
      { config: config({ epochs: 1 }) },
    ]);
    for (const { id } of started) {
      expect(await runs.wait(project, id)).toMatchObject({ state: 'finished' });
      await runs.remove(project, id);
    }
  }, 120_000);

  it('pauses running and queued runs if another Fovea took over the lock, and says so', async () => {
    const trains = await runs.start(project, config({ epochs: 200 }), 'trains');
    const waits = await runs.start(project, config({ epochs: 1 }), 'waits');
    await nextStep(trains.id);
    const other = { token: 'other', host: 'elsewhere', pid: 1, started: null, place: null, at: Date.now() };
    acquireLock(project.store, 'runs', other, () => false);
    keepLock(project.store);
    for (const { id } of [trains, waits]) {
      expect(await runs.wait(project, id)).toMatchObject({ state: 'paused', error: { code: 'lock_lost' } });
    }
    expect(project.store.column('SELECT token FROM locks')).toEqual(['other']);
    await expect(runs.resume(project, waits.id)).rejects.toMatchObject({ code: 'project_busy' });
    project.store.run('DELETE FROM locks');
    expect(await runs.resumeAll(project)).toHaveLength(2);
    await runs.stop(project, trains.id);
    expect(await runs.wait(project, waits.id)).toMatchObject({ state: 'finished', error: null });
  });
});
