import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashFile } from '../../engine-host/models/tensor-files';
import { createDataset } from '../dataset/dataset';
import { runFolder } from '../project/project-paths';
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

beforeAll(async () => {
  hosts = await startHosts('services-diagnosis');
  await addDiscs(project, join(folder, 'pictures'), { train: 16, validation: 8, test: 2 });
  const { engine, pool } = hosts;
  const dataset = createDataset({ splits: createSplits(), pool });
  const backbones = { resolve: (name: string) => ({ kind: 'architecture' as const, name }) };
  runs = createRuns({ dataset, backbones, engine, pool, events, version: '0.0.0-test' });
}, 120_000);

afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

async function train(changes: Partial<RunConfigGiven>) {
  const { id } = await runs.start(project, {
    backbone: 'vit-micro',
    device: 'cpu',
    threads: 1,
    batchSize: 4,
    gradientAccumulation: 1,
    logEverySteps: 1,
    warmupRatio: 0,
    schedule: 'constant',
    augmentation: { horizontalFlip: 0 },
    ...changes,
  });
  const summary = await runs.wait(project, id);
  return { id, summary, diagnosis: await runs.diagnosis(project, id) };
}

describe('a run that goes wrong', { timeout: 120_000 }, () => {
  it('is stopped when it diverges, keeps its best model, and suggests what to try', async () => {
    const { id, summary, diagnosis } = await train({ epochs: 20, learningRate: 10 });
    expect(summary).toMatchObject({ state: 'failed', hasModel: true, error: { code: 'diverged' } });
    expect(summary.epochsDone).toBeLessThan(20);
    expect(diagnosis).toMatchObject({ code: 'diverged', text: expect.stringContaining('diverged') });
    expect(diagnosis?.offers.map(({ settings }) => settings)).toEqual([
      { learningRate: 1e-4 },
      { warmupRatio: 0.1 },
      null,
    ]);
    // With the first offer taken it comes to its end.
    const calmer = await train({ epochs: 1, ...diagnosis?.offers[0]?.settings });
    expect(calmer).toMatchObject({ summary: { state: 'finished' }, diagnosis: null });
    await runs.remove(project, id);
  });

  it('continues if it does not learn, and says so', async () => {
    const { id, summary, diagnosis } = await train({ epochs: 4, learningRate: 1e-9 });
    expect(summary).toMatchObject({ state: 'finished', error: null });
    expect(diagnosis).toMatchObject({
      code: 'not-learning',
      offers: [{ settings: { learningRate: 1e-5 } }, { settings: null }],
    });
    const { records } = await runs.log(project, id, 0, 1000);
    const said = records.filter((record) => record.kind === 'note' && record.message.includes('does not learn'));
    expect(said).toHaveLength(1);
  });

  it('reaches the same end though its engine is killed three times in a row, and says what kills engines', async () => {
    const settings = { epochs: 2, learningRate: 1e-3 };
    const undisturbed = await train(settings);
    let kills = 0;
    let step = 1;
    const off = events.on('run.log', ({ record }) => {
      const { pid } = hosts.engine;
      if (record.kind !== 'step' || record.step !== step || pid === undefined) return;
      kills += 1;
      process.kill(pid, 'SIGKILL');
    });
    // Before there is a checkpoint, too: the run begins again then.
    const { id, summary, diagnosis } = await train(settings);
    expect(summary).toMatchObject({ state: 'interrupted', resumable: true, error: { code: 'engine_crashed' } });
    expect(diagnosis).toMatchObject({ code: 'out-of-memory' });
    expect(diagnosis?.offers[0]?.settings).toEqual({ batchSize: 2, gradientAccumulation: 2 });
    for (step of [2, 6]) {
      await runs.resume(project, id);
      expect(await runs.wait(project, id)).toMatchObject({ state: 'interrupted', resumable: true });
    }
    off();
    expect(kills).toBe(3);
    await runs.resume(project, id);
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', error: null });
    expect(await runs.diagnosis(project, id)).toBeNull();
    const weights = (run: string) =>
      hashFile(join(runFolder(project.folder, run), 'checkpoints', 'last', 'model.safetensors'));
    expect(await weights(id)).toBe(await weights(undisturbed.id));
  });
});
