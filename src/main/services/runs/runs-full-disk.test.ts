import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRun } from '../../store/runs';
import { mountTinyDisk } from '../../store/test-support/tiny-disk';
import { createEvents, type Events } from '../core/events';
import { createDataset } from '../dataset/dataset';
import { createProjects, type OpenProject, type Projects } from '../project/projects';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { createRuns, type Runs } from './runs';

const disk = mountTinyDisk('40m');
const elsewhere = mkdtempSync(join(tmpdir(), 'fovea-full-'));
let hosts: TestHosts;
let events: Events;
let projects: Projects;
let project: OpenProject;
let runs: Runs;

beforeAll(async () => {
  if (disk === null) return;
  hosts = await startHosts('services-full-disk');
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
  disk?.unmount();
  rmSync(elsewhere, { recursive: true, force: true });
});

const filler = () => join(disk?.folder ?? '', 'filler');
const write = (bytes: number) =>
  execFileSync('dd', ['if=/dev/zero', `of=${filler()}`, 'bs=1024', `count=${Math.floor(bytes / 1024)}`], {
    stdio: 'ignore',
  });
/** Fills the disk except for `bytes`; 0: completely, so that not even the database can write. */
function leave(bytes: number): void {
  rmSync(filler(), { force: true });
  const { bavail, bsize } = statfsSync(disk?.folder ?? '');
  try {
    write(bavail * bsize - bytes + (bytes === 0 ? 2 ** 20 : 0));
  } catch {
    // Full, as intended.
  }
}
const makeRoom = () => rmSync(filler(), { force: true });

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
/** Until the run is stalled; nothing is left of the disk after this step of it. */
async function stalledAfter(step: number): Promise<string> {
  const end = events.on('run.log', ({ record }) => {
    if (record.kind === 'step' && record.step === step) leave(0);
  });
  const { id } = await start();
  await expect.poll(async () => (await runs.progress(project, id)).state, { timeout: 60_000 }).toBe('paused');
  end();
  return id;
}

describe.skipIf(disk === null)('a run on a full disk (needs the right to mount a tmpfs)', { timeout: 120_000 }, () => {
  it('pauses with the reason, and resumes once there is space, with the same result', async () => {
    const id = await stalledAfter(5);
    const [stalled] = await runs.list(project);
    expect(stalled).toMatchObject({
      id,
      state: 'paused',
      error: { code: 'disk_full', hint: expect.stringMatching(/^Free \d+ MB/) },
    });
    expect((await runs.progress(project, id)).message).toContain('disk space');
    await expect(runs.remove(project, id)).rejects.toMatchObject({ code: 'run_active' });
    // Asked to go on while nothing has changed, it is stalled again.
    await runs.resume(project, id);
    makeRoom();
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
    expect(storedRun(project.store, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
    const { records } = await runs.log(project, id, 0, 1000);
    expect(records.flatMap((record) => (record.kind === 'step' ? record.step : []))).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    await runs.remove(project, id);
  });

  it('keeps its outcome in memory until it can be written', async () => {
    const id = await stalledAfter(9);
    await runs.stop(project, id);
    await expect.poll(async () => (await runs.get(project, id)).summary.state).toBe('stopped');
    makeRoom();
    expect(await runs.wait(project, id)).toMatchObject({
      state: 'stopped',
      resumable: true,
      error: { code: 'disk_full' },
    });
    expect(storedRun(project.store, id)).toMatchObject({ state: 'stopped' });
    await runs.resume(project, id);
    expect(await runs.wait(project, id)).toMatchObject({ state: 'finished', epochsDone: 3, error: null });
  });
});
