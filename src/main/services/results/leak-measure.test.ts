import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeComparisons } from '../../store/duplicates';
import { deleteRun } from '../../store/runs';
import { splitCandidates } from '../../store/splits';
import { createJobs, type Jobs } from '../core/jobs';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createDuplicates } from '../duplicates/duplicates';
import { createExports } from '../exports/exports';
import { runFolder } from '../project/project-paths';
import { createReports } from '../reports/reports';
import { readRunSamples } from '../run-records/run-files';
import type { RunConfigGiven } from '../runs/run-preview';
import { createRuns, type Runs } from '../runs/runs';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject } from '../test-support/project';
import { createComparisons } from './comparisons';
import { createEvaluations, type Evaluations } from './evaluations';
import { createExperiments, type Experiments } from './experiments';
import { sentenceOf } from './leak-result';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root: folder, events, project } = opened;
const splits = createSplits();
const failures: unknown[] = [];
let hosts: TestHosts;
let dataset: Dataset;
let runs: Runs;
let jobs: Jobs;
let evaluations: Evaluations;
let experiments: Experiments;

const config: RunConfigGiven = {
  backbone: 'vit-micro',
  preset: 'quick',
  device: 'cpu',
  threads: 1,
  epochs: 1,
  batchSize: 4,
  gradientAccumulation: 1,
};
const places = () => splitCandidates(project.store).map(({ id, split }) => [id, split]);

const background = inThisThread();

beforeAll(async () => {
  hosts = await startHosts('services');
  const { engine, pool } = hosts;
  await addDiscs(project, join(folder, 'pictures'), { train: 16, validation: 8, test: 8 });
  dataset = createDataset({ splits, pool });
  runs = createRuns({
    dataset,
    backbones: { resolve: (name: string) => ({ kind: 'architecture' as const, name }) },
    engine,
    pool,
    events,
    version: '0.0.0-test',
    onFailure: (_what, error) => failures.push(error),
  });
  jobs = createJobs(events);
  evaluations = createEvaluations({ runs, dataset, engine, pool, jobs, background });
  experiments = createExperiments({
    runs,
    comparisons: createComparisons({ runs, background }),
    dataset,
    duplicates: createDuplicates({ events, pool, background }),
    events,
    background,
  });
}, 120_000);

afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

it('marks a run on a signed-off split in its record, evaluation, comparison, report and model card', async () => {
  const [moved] = splitCandidates(project.store).filter(({ split }) => split === 'train');
  splits.move(project, [moved?.id ?? 0], 'test');
  expect((await runs.preview(project, config)).leak).toMatchObject({ patients: 1, signOff: null });
  await expect(runs.start(project, config)).rejects.toMatchObject({ code: 'run_not_ready' });
  splits.signOff(project, 'A. Name', 'to see what it does');
  const { id } = await runs.start(project, config, 'Signed');
  const summary = await runs.wait(project, id);
  expect(failures).toEqual([]);
  const { record } = await runs.get(project, id);
  expect(record.signOff).toMatchObject({ name: 'A. Name', reason: 'to see what it does', groups: 1, patients: 1 });
  expect(summary.signOff).toEqual(record.signOff);
  expect(record.leaks.at(-1)).toMatchObject({ when: 'start', patients: 1, groups: 1, suspected: 0 });
  // Also where the row is lost and made again from the folder.
  deleteRun(project.store, id);
  expect((await runs.list(project))[0]?.signOff).toEqual(record.signOff);

  const leak =
    /^Leaking split: 1 patient appears in more than one split, .* Signed off by A\. Name on .*: “to see what it does”$/;
  expect((await evaluations.get(project, id, 'validation'))?.leak).toMatch(leak);
  const tested = await evaluations.start(project, id, 'test', { by: 'B. Name' }).result;
  expect(tested.leak).toMatch(leak);
  expect(await evaluations.testOpenings(project)).toMatchObject([{ run: id, runName: 'Signed', by: 'B. Name' }]);

  const { engine, pool } = hosts;
  const reports = createReports({ runs, evaluations, dataset, engine, pool, jobs, background, version: '0.0.0-test' });
  const page = readFileSync((await reports.start(project, id, 'test').result).file, 'utf8');
  expect(page).toContain('Signed off by A. Name');
  expect(page).toContain('opened once for this run');
  expect(page).toContain('B. Name');
  const exports = createExports({ runs, dataset, engine, pool, jobs });
  const { folder: exported } = await exports.start(project, id, 'hf', { parent: folder }).result;
  expect(readFileSync(join(exported, 'README.md'), 'utf8')).toContain('Signed off by A. Name');

  // Withdrawn: what ran keeps it, and nothing new begins.
  splits.withdrawSignOff(project);
  expect((await runs.get(project, id)).record.signOff?.name).toBe('A. Name');
  await expect(runs.start(project, config)).rejects.toMatchObject({ code: 'run_not_ready' });
}, 240_000);

it('measures a leak with two runs that differ only in their split, and keeps the current split', async () => {
  const before = places();
  const shares = { validation: 0.25, test: 0.25, seed: 5 };
  const plan = await experiments.planLeak(project, shares);
  expect(plan.problems).toEqual([]);
  expect(plan.leaking.groups).toBeGreaterThan(0);
  expect(plan.leaking.splits.test.images).toBe(plan.grouped.splits.test.images);
  const experiment = await experiments.measureLeak(project, { config, ...shares });
  const { runs: members, leak, comparison } = await experiments.wait(project, experiment.id);
  expect(failures).toEqual([]);
  expect(members.map(({ name, signOff }) => [name, signOff?.name, signOff?.reason])).toEqual([
    ['vit-micro, with and without the leak: leaking', 'Fovea', 'made to measure the leak'],
    ['vit-micro, with and without the leak: grouped', undefined, undefined],
  ]);
  expect(members[0]?.signOff?.groups).toBe(plan.leaking.groups);
  expect(comparison?.settings.filter(({ differs }) => differs)).toEqual([]);
  expect(leak?.accuracy.value).toBeCloseTo(
    (leak?.leaking.accuracy.value ?? 0) - (leak?.grouped.accuracy.value ?? 0),
    12,
  );
  expect(leak?.leaking.n).toBe(plan.leaking.splits.test.images);
  expect(leak?.sentence).toContain('percentage points');
  expect(places()).toEqual(before);
  // What is found after the evaluation counts for it as it does for the gate, and says when it was known.
  const clean = members[1]?.id ?? '';
  const evaluated = await evaluations.get(project, clean, 'test');
  expect(evaluated?.leak).toBeNull();
  expect(evaluated?.leaks.map(({ when, groups }) => [when, groups])).toEqual([
    ['start', 0],
    ['evaluation', 0],
    ['now', 0],
  ]);
  const samples = await readRunSamples(runFolder(project.folder, clean));
  const [trained, tested] = ['train', 'test'].map((part) => samples.find((one) => one.part === part)?.image ?? 0);
  storeComparisons(project.store, [{ a: trained ?? 0, b: tested ?? 0, similarity: 0.97, exact: false }], []);
  expect((await evaluations.get(project, clean, 'test'))?.leak).toBe(
    'Leaking split: these results look better than they are. When the run started and when it was evaluated: no patient or group of duplicates known in more than one split. Now: 1 group of duplicates known in more than one split.',
  );
  project.store.run('DELETE FROM duplicate_pairs');
  expect((await evaluations.testOpenings(project)).filter(({ runName }) => runName?.includes('the leak'))).toHaveLength(
    2,
  );
  // Made again from its runs where its file is gone.
  rmSync(join(project.folder, 'experiments'), { recursive: true });
  expect((await experiments.list(project))[0]).toMatchObject({ kind: 'leak', members: experiment.members });
}, 240_000);

it('states the effect of a leak in words', () => {
  const of = (value: number, low: number, high: number) => sentenceOf(0.9, 0.9 - value, { value, low, high, n: 200 });
  expect(of(0.1, 0.02, 0.18)).toBe(
    'Test accuracy was 90.0 % with patients or duplicates across splits and 80.0 % with them kept together: 10.0 percentage points higher with the leak (95 % interval [2.0, 18.0]). The leak inflates the result: trust the second value.',
  );
  expect(of(0.02, -0.06, 0.1)).toContain('The interval includes 0');
  expect(of(-0.1, -0.18, -0.02)).toContain('10.0 percentage points lower with the leak');
});
