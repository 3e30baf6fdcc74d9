import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment, FoldEvaluation, OutOfFoldCase } from '#shared/models/experiment';
import type { Evaluation } from '#shared/models/run';
import { evaluateCases } from '#shared/statistics/evaluate';
import { deleteRun } from '../../store/runs';
import { addSplit, currentSplit, setMember, splitMembers } from '../../store/splits';
import { createJobs, type Jobs } from '../core/jobs';
import { createDataset } from '../dataset/dataset';
import { createDuplicates } from '../duplicates/duplicates';
import { experimentFolder, runFolder } from '../project/project-paths';
import { readCases, readEvaluation, readRunSamples } from '../run-records/run-files';
import type { RunConfigGiven } from '../runs/run-preview';
import { createRuns, type Runs } from '../runs/runs';
import { createSplits } from '../splits/splits';
import { addDiscs } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject } from '../test-support/project';
import { type Comparisons, createComparisons } from './comparisons';
import { createEvaluations, type Evaluations } from './evaluations';
import { createExperiments, type Experiments } from './experiments';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root: folder, events, projects } = opened;
let { project } = opened;
const failures: unknown[] = [];
let hosts: TestHosts;
let runs: Runs;
let jobs: Jobs;
let evaluations: Evaluations;
let comparisons: Comparisons;
let experiments: Experiments;

const config = (changes: Partial<RunConfigGiven> = {}): RunConfigGiven => ({
  backbone: 'vit-micro',
  preset: 'quick',
  device: 'cpu',
  threads: 1,
  epochs: 2,
  batchSize: 4,
  gradientAccumulation: 1,
  ...changes,
});

const background = inThisThread();

beforeAll(async () => {
  hosts = await startHosts('services');
  const { engine, pool } = hosts;
  await addDiscs(project, join(folder, 'pictures'), { train: 16, validation: 8, test: 8 });
  const dataset = createDataset({ splits: createSplits(), pool });
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
  comparisons = createComparisons({ runs, background });
  experiments = createExperiments({
    runs,
    comparisons,
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

describe('a sweep', () => {
  let sweep: Experiment;

  it('starts one run per value, equal in everything else, and compares them', async () => {
    const values = [1e-5, 1e-3, 1e-1];
    sweep = await experiments.sweep(project, { config: config({ seed: 7 }), key: 'learningRate', values });
    expect(sweep).toMatchObject({ kind: 'sweep', key: 'learningRate', name: 'vit-micro, sweep of learning rate' });
    const { runs: members, comparison } = await experiments.wait(project, sweep.id);
    expect(failures).toEqual([]);
    expect(members.map(({ name, state }) => [name, state])).toEqual([
      ['vit-micro, sweep of learning rate: 1e-5', 'finished'],
      ['vit-micro, sweep of learning rate: 0.001', 'finished'],
      ['vit-micro, sweep of learning rate: 0.1', 'finished'],
    ]);
    const differing = comparison?.settings.filter(({ differs }) => differs);
    expect(differing).toEqual([{ key: 'learningRate', values, differs: true }]);
    expect(comparison?.facts.filter(({ differs }) => differs)).toEqual([]);
    expect(comparison?.settings.find(({ key }) => key === 'seed')?.values).toEqual([7, 7, 7]);

    // The best by accuracy; the others' difference is that of the evaluations, with an interval.
    const accuracies = comparison?.runs.map(({ evaluation }) => evaluation?.accuracy.value ?? Number.NaN) ?? [];
    const best = comparison?.runs.findIndex(({ verdict }) => verdict === 'best') ?? -1;
    expect(accuracies[best]).toBe(Math.max(...accuracies));
    expect(comparison?.best).toBe(members[best]?.id);
    for (const [index, run] of (comparison?.runs ?? []).entries()) {
      if (index === best) continue;
      expect(run.behind?.value).toBeCloseTo((accuracies[best] ?? 0) - (accuracies[index] ?? 0), 12);
      const { low = null, high = null } = run.behind ?? {};
      const holdsZero = low === null || high === null || (low <= 0 && high >= 0);
      expect(run.verdict).toBe(holdsZero ? 'alike' : 'worse');
    }
    const alike = comparison?.runs.some(({ verdict }) => verdict === 'alike') ?? false;
    expect(comparison?.notes.join(' ').includes('includes 0')).toBe(alike);
  }, 120_000);

  it('is rebuilt from its runs if its file is missing, in a moved project', async () => {
    const before = await experiments.list(project);
    projects.closeAll();
    renameSync(project.folder, join(folder, 'moved'));
    project = await projects.open(join(folder, 'moved'));
    expect(await experiments.list(project)).toEqual(before);
    rmSync(join(project.folder, 'experiments'), { recursive: true });
    const members = sweep.members.map(({ run }) => run);
    for (const run of members) deleteRun(project.store, run);
    const [rebuilt] = await experiments.list(project);
    expect(rebuilt).toMatchObject({ id: sweep.id, kind: 'sweep', key: 'learningRate', members: sweep.members });
  });

  it('rejects impossible settings and values, and then starts nothing', async () => {
    const before = readdirSync(join(project.folder, 'runs'));
    const sweepOf = (key: string, values: (string | number)[], given = config()) =>
      experiments.sweep(project, { config: given, key, values });
    await expect(sweepOf('learningRate', [1e-5])).rejects.toMatchObject({ code: 'sweep_values' });
    await expect(sweepOf('learningRate', [1e-5, 1e-5])).rejects.toMatchObject({ code: 'sweep_values' });
    await expect(sweepOf('learningRate', [1e-5, -1])).rejects.toMatchObject({ code: 'sweep_setting' });
    await expect(sweepOf('learning rate', [1, 2])).rejects.toMatchObject({ code: 'sweep_setting' });
    await expect(sweepOf('imageSize', [48, 50])).rejects.toMatchObject({ code: 'run_not_ready' });
    expect(readdirSync(join(project.folder, 'runs'))).toEqual(before);
    expect(await experiments.list(project)).toHaveLength(1);
  });

  it('keeps its name if requested while it starts', async () => {
    const asked: Promise<Experiment[]>[] = [];
    const end = events.on('changed', () => asked.push(experiments.list(project)));
    const named = await experiments.sweep(project, {
      config: config(),
      key: 'epochs',
      values: [1, 2],
      name: 'Rates',
    });
    end();
    await experiments.wait(project, named.id);
    expect(asked.length).toBeGreaterThan(1);
    const names = (await Promise.all(asked)).flat().filter(({ id }) => id === named.id);
    expect(
      new Set(
        [...names, ...(await experiments.list(project))].filter(({ id }) => id === named.id).map(({ name }) => name),
      ),
    ).toEqual(new Set(['Rates']));
    // Left to the command: its contract names the topics.
    const removals: unknown[] = [];
    const endRemovals = events.on('changed', (change) => removals.push(change));
    await experiments.remove(project, named.id);
    endRemovals();
    expect(removals).toEqual([]);
  }, 120_000);

  it('is deleted with its runs, but not while they train', async () => {
    const other = await experiments.sweep(project, {
      config: config({ preset: 'full', epochs: 200 }),
      key: 'seed',
      values: [1, 2],
    });
    await expect(experiments.remove(project, other.id)).rejects.toMatchObject({ code: 'run_active' });
    const [first, second] = other.members.map(({ run }) => run) as [string, string];
    await expect.poll(() => runs.progress(project, first), { timeout: 20_000 }).toMatchObject({ phase: 'training' });
    await experiments.pause(project, other.id);
    const paused = await experiments.wait(project, other.id);
    expect(paused.runs.map(({ state }) => state)).toEqual(['paused', 'paused']);
    expect(paused.runs[1]?.epochsDone).toBe(0);
    await experiments.resume(project, other.id);
    await runs.stop(project, second);
    await runs.stop(project, first);
    await experiments.wait(project, other.id);
    await experiments.remove(project, other.id);
    expect((await runs.list(project)).map(({ id }) => id)).not.toContain(first);
    await expect(experiments.get(project, other.id)).rejects.toMatchObject({ code: 'experiment_unknown' });
    expect(readdirSync(join(project.folder, 'experiments'))).toEqual([sweep.id]);
  }, 60_000);
});

describe('a comparison', () => {
  it('rejects runs with different validation images', async () => {
    const [member] = (await experiments.list(project))[0]?.members ?? [];
    const split = currentSplit(project.store);
    const [moved] = splitMembers(project.store, 'validation');
    if (member === undefined || split === null || moved === undefined) throw new Error('no sweep');
    setMember(project.store, split.id, moved.id, 'train');
    // Its patient goes with it: a run with a leak does not start.
    for (const one of splitMembers(project.store, 'validation')) {
      if (one.patient === moved.patient) setMember(project.store, split.id, one.id, 'train');
    }
    const other = await runs.start(project, config({ epochs: 3 }));
    await runs.wait(project, other.id);
    const comparison = await comparisons.compare(project, [member.run, other.id]);
    expect(comparison.runs.map(({ verdict }) => verdict).sort()).toEqual(['best', 'other-images']);
    const differs = (rows: typeof comparison.facts) => rows.flatMap((row) => (row.differs ? [row.key] : []));
    expect(differs(comparison.facts)).toEqual(['split', 'training images', 'validation images']);
    expect(differs(comparison.settings)).toEqual(['seed', 'epochs', 'learningRate']);
    expect(comparison.notes.join(' ')).toMatch(/validated on different images/);
    await expect(comparisons.compare(project, [member.run, member.run])).rejects.toMatchObject({
      code: 'too_few_runs',
    });
    await expect(comparisons.compare(project, [member.run, 'x'])).rejects.toMatchObject({ code: 'run_unknown' });
    await runs.remove(project, other.id);
    for (const one of splitMembers(project.store, 'train')) {
      if (one.patient === moved.patient) setMember(project.store, split.id, one.id, 'validation');
    }
  }, 60_000);
});

describe('a cross-validation', () => {
  let folds: Experiment;

  it('plans folds that contain each image once, keep patients together, and no test image', async () => {
    const plan = await experiments.planFolds(project, 3, 42);
    expect(plan).toMatchObject({ groupsAcrossFolds: 0, problems: [], warnings: [] });
    // 24 images in 12 patients of two, half of them left: a third is 4 patients, 8 images, 4 of each class.
    expect(plan.folds).toEqual(
      Array.from({ length: 3 }, () => ({ images: 8, patients: 4, withoutPatient: 0, counts: { left: 4, right: 4 } })),
    );
  });

  it('validates every image once, with a model that has not seen its patient', async () => {
    folds = await experiments.crossValidate(project, { config: config(), folds: 3, seed: 42, name: 'Three' });
    expect(folds).toMatchObject({ kind: 'folds', folds: 3, name: 'Three' });
    const testImages = new Set(splitMembers(project.store, 'test').map(({ id }) => id));
    const validated: number[] = [];
    for (const { run } of folds.members) {
      const samples = await readRunSamples(runFolder(project.folder, run));
      const patients = (part: string) => new Set(samples.flatMap((one) => (one.part === part ? [one.patient] : [])));
      expect([...patients('validation')].filter((one) => patients('train').has(one))).toEqual([]);
      expect(samples.some(({ image, part }) => part === 'test' || testImages.has(image))).toBe(false);
      expect(samples).toHaveLength(24);
      validated.push(...samples.flatMap(({ image, part }) => (part === 'validation' ? [image] : [])));
    }
    const pool = [...splitMembers(project.store, 'train'), ...splitMembers(project.store, 'validation')];
    expect(validated.sort((a, b) => a - b)).toEqual(pool.map(({ id }) => id).sort((a, b) => a - b));
    const { runs: members } = await experiments.wait(project, folds.id);
    expect(failures).toEqual([]);
    expect(members.map(({ name, state }) => [name, state])).toEqual(
      [1, 2, 3].map((fold) => [`Three: fold ${fold}`, 'finished']),
    );
  }, 120_000);

  it('does not open the test images', async () => {
    const job = evaluations.start(project, folds.members[0]?.run ?? '', 'test');
    await expect(jobs.result(job.id)).rejects.toMatchObject({
      code: 'empty_split',
      hint: expect.stringMatching(/^Cross-validation runs exclude the test images/),
    });
  });

  it('keeps the pooled out-of-fold predictions, evaluated together', async () => {
    const file = (name: string) => readFileSync(join(experimentFolder(project.folder, folds.id), name), 'utf8');
    // Written at the end of the last fold, without anyone asking.
    const stored = JSON.parse(file('metrics.json')) as FoldEvaluation;
    const lines = file('predictions.ndjson').trim().split('\n');
    const cases = lines.map((line) => JSON.parse(line) as OutOfFoldCase);
    expect(cases).toHaveLength(24);
    for (const { run, fold } of folds.kind === 'folds' ? folds.members : []) {
      const own = await readCases(runFolder(project.folder, run), 'validation');
      const pooled = cases.filter((entry) => entry.fold === fold).map(({ fold: _fold, ...entry }) => entry);
      expect(pooled).toEqual(own.toSorted((a, b) => a.image - b.image));
    }
    const numbers = evaluateCases(cases, ['left', 'right']);
    expect(stored).toMatchObject({ n: 24, patients: 12, accuracy: numbers.accuracy, macroF1: numbers.macroF1 });
    expect(stored.confusionMatrix).toEqual(numbers.confusionMatrix);
    expect(stored.cautions[0]).toMatch(/^Predictions of 3 models/);
    const perFold = await Promise.all(
      folds.members.map(({ run }) => readEvaluation(runFolder(project.folder, run), 'validation')),
    );
    const accuracies = perFold.map((one) => one?.accuracy.value ?? Number.NaN);
    expect(stored.spread.accuracy.mean).toBeCloseTo(accuracies.reduce((a, b) => a + b, 0) / 3, 12);
    expect(stored.spread.accuracy.highest).toBe(Math.max(...accuracies));
    // Folds of equal size: the mean of the folds is the accuracy of the whole.
    expect(stored.spread.accuracy.mean).toBeCloseTo(stored.accuracy.value, 12);
    const wrong = await experiments.cases(project, folds.id, { correct: false });
    expect(wrong).toHaveLength(cases.filter((entry) => entry.truth !== entry.predicted).length);
  });

  it('says if folds were evaluated with different test-time views', async () => {
    const file = join(runFolder(project.folder, folds.members[1]?.run ?? ''), 'metrics-validation.json');
    const text = readFileSync(file, 'utf8');
    const evaluation = JSON.parse(text) as Evaluation;
    writeFileSync(file, JSON.stringify({ ...evaluation, testTimeViews: 3, evaluatedAt: new Date().toISOString() }));
    const mixed = await experiments.get(project, folds.id);
    expect(mixed.pooled?.cautions[0]).toMatch(/same number of test-time views/);
    expect(mixed.comparison?.notes.join(' ')).toMatch(/same number of test-time views/);
    writeFileSync(file, text);
    const alike = await experiments.get(project, folds.id);
    expect([...(alike.pooled?.cautions ?? []), ...(alike.comparison?.notes ?? [])].join(' ')).not.toMatch(/views/);
  });

  it('pools again if a file is damaged, and is restored from its runs', async () => {
    const before = await experiments.get(project, folds.id);
    writeFileSync(join(experimentFolder(project.folder, folds.id), 'metrics.json'), '{');
    const again = await experiments.get(project, folds.id);
    expect({ ...again.pooled, evaluatedAt: '' }).toEqual({ ...before.pooled, evaluatedAt: '' });
    rmSync(experimentFolder(project.folder, folds.id), { recursive: true });
    const rebuilt = await experiments.get(project, folds.id);
    expect(rebuilt.experiment).toMatchObject({ kind: 'folds', folds: 3, members: folds.members });
    expect(rebuilt.pooled?.confusionMatrix).toEqual(before.pooled?.confusionMatrix);
  });

  it('has no pooled results while a fold is missing', async () => {
    const lost = folds.members[1]?.run ?? '';
    await runs.remove(project, lost);
    rmSync(join(experimentFolder(project.folder, folds.id), 'metrics.json'));
    const { runs: members, pooled } = await experiments.get(project, folds.id);
    expect(members).toHaveLength(2);
    expect(pooled).toBeNull();
    await expect(experiments.cases(project, folds.id, {})).rejects.toMatchObject({ code: 'not_evaluated' });
  });

  it('says why it cannot start', async () => {
    const few = await projects.create(join(folder, 'few'), 'Few');
    await expect(experiments.planFolds(few, 3, 42)).rejects.toThrow(/no split/);
    await addDiscs(few, join(folder, 'few pictures'), { train: 6, validation: 0, test: 2 });
    // Three patients: left, right, left.
    const plan = await experiments.planFolds(few, 3, 1);
    expect(plan.problems.join(' ')).toMatch(/All images of “right” belong together/);
    expect(plan.warnings.join(' ')).toMatch(/“left” has images in only 2 of 3 folds/);
    expect((await experiments.planFolds(few, 5, 1)).problems.join(' ')).toMatch(
      /fewer patients \(or images\) than folds/,
    );
    await expect(experiments.crossValidate(few, { config: config(), folds: 3, seed: 1 })).rejects.toMatchObject({
      code: 'folds_not_possible',
    });
    expect(readdirSync(join(few.folder, 'runs'))).toEqual([]);
    addSplit(few.store, { seed: 1, grouping: 'folders', validation: 0, test: 0, warnings: [] }, new Map());
    expect((await experiments.planFolds(few, 3, 1)).folds.map(({ images }) => images)).toEqual([0, 0, 0]);
  });
});
