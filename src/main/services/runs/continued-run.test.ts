import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashFile } from '../../engine-host/models/tensor-files';
import { currentSplit } from '../../store/splits';
import { createDataset } from '../dataset/dataset';
import { createLabels } from '../labels/labels';
import { runFolder } from '../project/project-paths';
import { bestCheckpoint, readRunSamples, startingWeights } from '../run-records/run-files';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { openTestProject } from '../test-support/project';
import { createRuns, type Runs } from './runs';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root, events, project } = opened;
let hosts: TestHosts;
let runs: Runs;

beforeAll(async () => {
  hosts = await startHosts('services-continued');
  await addDiscs(project, join(root, 'pictures'), { train: 16, validation: 8, test: 2 });
  const { engine, pool } = hosts;
  runs = createRuns({
    dataset: createDataset({ splits: createSplits(), pool }),
    backbones: { resolve: (name: string) => ({ kind: 'architecture' as const, name }) },
    engine,
    pool,
    events,
    version: '0.0.0-test',
  });
}, 120_000);
afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

const settings = {
  backbone: 'vit-micro',
  device: 'cpu',
  threads: 1,
  batchSize: 4,
  gradientAccumulation: 1,
  logEverySteps: 1,
  bestMetric: 'loss',
  augmentation: { horizontalFlip: 0 },
} as const;

const train = async (changes: object) => {
  const { id } = await runs.start(project, { ...settings, ...changes });
  return runs.wait(project, id);
};
const folderOf = (run: string) => runFolder(project.folder, run);
const firstLoss = async (run: string) => {
  const { records } = await runs.log(project, run, 0, 100);
  const [step] = records.flatMap((record) => (record.kind === 'step' ? [record.loss] : []));
  return step ?? Number.NaN;
};

it('refuses a run without a model, and a head that was solved directly', { timeout: 240_000 }, async () => {
  const solved = await train({ preset: 'quick', headSolver: 'logistic' });
  await expect(runs.continue(project, solved.id, 10)).rejects.toMatchObject({ code: 'nothing_to_continue' });
  await expect(runs.continue(project, 'absent', 10)).rejects.toMatchObject({ code: 'run_unknown' });
  const begun = await runs.start(project, { ...settings, epochs: 200 });
  await expect(runs.continue(project, begun.id, 10)).rejects.toMatchObject({ code: 'run_active' });
  await runs.stop(project, begun.id);
  await runs.wait(project, begun.id);
});

it('goes on from the best model on the same images, whatever became of project and parent', {
  timeout: 240_000,
}, async () => {
  const parent = await train({ preset: 'quick', epochs: 150, learningRate: 1e-2 });
  expect(parent.state).toBe('finished');
  const before = {
    record: (await runs.get(project, parent.id)).record,
    samples: await readRunSamples(folderOf(parent.id)),
  };
  // Another class and another split: the run keeps what its parent had.
  createLabels().label(project, [before.samples[0]?.image ?? 0], 'a third class');
  createSplits().split(project, { validation: 0.4, test: 0.1, group: 'none' });
  expect(currentSplit(project.store)?.validation).toBe(0.4);

  const weights = await hashFile(join(bestCheckpoint(folderOf(parent.id)), 'model.safetensors'));
  const continued = await runs.continue(project, parent.id, 2);
  await runs.remove(project, parent.id);
  const ended = await runs.wait(project, continued.id);
  expect(ended).toMatchObject({ state: 'finished', epochsDone: 2, parent: { run: parent.id, name: parent.name } });
  expect(await hashFile(join(startingWeights(folderOf(continued.id)), 'model.safetensors'))).toBe(weights);
  const { record } = await runs.get(project, continued.id);
  expect(record.pipeline).toEqual(before.record.pipeline);
  expect(record.classes).toEqual(before.record.classes);
  expect(record.hashes).toMatchObject({ dataset: before.record.hashes.dataset, split: before.record.hashes.split });
  expect(record.config).toEqual({ ...before.record.config, epochs: 2 });
  expect(record.notes[0]).toContain(`Continues ${parent.name} (${parent.id}) from its best model, after epoch`);
  expect(await readRunSamples(folderOf(continued.id))).toEqual(before.samples);
  // The first step sees the parent's model, not a new one, whose loss is ln 2.
  expect(parent.best?.value).toBeLessThan(0.3);
  expect(await firstLoss(continued.id)).toBeLessThan(0.4);
});
