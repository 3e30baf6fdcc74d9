import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRun } from '../../store/runs';
import { createDataset } from '../dataset/dataset';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { openTestProject } from '../test-support/project';
import type { RunConfigGiven } from './run-preview';
import { createRuns, type Runs } from './runs';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root, events, project } = opened;
let hosts: TestHosts;
let runs: Runs;

beforeAll(async () => {
  hosts = await startHosts('services-moved');
  await addDiscs(project, join(root, 'pictures'), { train: 16, validation: 8, test: 2 });
  const { engine, pool } = hosts;
  const dataset = createDataset({ splits: createSplits(), pool });
  const backbones = { resolve: (name: string) => ({ kind: 'architecture' as const, name }) };
  runs = createRuns({ dataset, backbones, engine, pool, events, version: '0.0.0-test' });
}, 120_000);
afterAll(async () => {
  await runs?.close();
  await hosts?.dispose();
  opened.close();
});

const config = (preset: RunConfigGiven['preset']): RunConfigGiven => ({
  preset,
  backbone: 'vit-micro',
  device: 'cpu',
  threads: 1,
  epochs: 3,
  batchSize: 4,
  gradientAccumulation: 1,
  logEverySteps: 1,
});

/** Moves the project away after this step of a run. Resolves once the run is paused. */
async function movedAfter(
  step: number,
  { preset = 'full', leaveFolder = false }: { preset?: RunConfigGiven['preset']; leaveFolder?: boolean } = {},
): Promise<string> {
  const end = events.on('run.log', ({ record }) => {
    if (record.kind === 'step' && record.step === step) {
      renameSync(project.folder, join(root, 'there'));
      if (leaveFolder) mkdirSync(project.folder);
    }
  });
  const { id } = await runs.start(project, config(preset));
  await expect.poll(async () => (await runs.progress(project, id)).state, { timeout: 60_000 }).toBe('paused');
  end();
  return id;
}
const moveBack = () => renameSync(join(root, 'there'), project.folder);

// Windows does not move a folder with open files.
describe.skipIf(process.platform === 'win32')('a project moved while it trains', { timeout: 120_000 }, () => {
  it('stalls the run and says why, leaves nothing behind, and resumes when it is back', async () => {
    const id = await movedAfter(5);
    expect((await runs.progress(project, id)).message).toContain('project folder has moved');
    expect(storedRun(project.store, id)).toMatchObject({ state: 'paused', error: { code: 'project_away' } });
    await expect(runs.start(project, config('full'))).rejects.toBeInstanceOf(Error);
    expect(existsSync(project.folder)).toBe(false);
    moveBack();
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
    const { records } = await runs.log(project, id, 0, 1000);
    expect(records.flatMap((record) => (record.kind === 'step' ? record.step : []))).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
  });

  it('writes nothing into the empty mount folder of a lost disk', async () => {
    const id = await movedAfter(5, { leaveFolder: true });
    const away = { code: 'project_away' };
    expect(storedRun(project.store, id)).toMatchObject({ state: 'paused', error: away });
    await expect(runs.get(project, id)).rejects.toMatchObject(away);
    await expect(runs.start(project, config('full'))).rejects.toMatchObject(away);
    expect(readdirSync(project.folder)).toEqual([]);
    rmdirSync(project.folder);
    moveBack();
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
  });

  it('can be paused meanwhile, and resumes from its last checkpoint', async () => {
    const id = await movedAfter(6);
    await runs.pause(project, id);
    await expect.poll(() => storedRun(project.store, id)?.finishedAt ?? null).not.toBeNull();
    moveBack();
    expect(await runs.wait(project, id)).toMatchObject({ state: 'paused', error: { code: 'project_away' } });
    await runs.resume(project, id);
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
  });
});
