import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelineHash } from '#shared/imaging/pipeline';
import type { PrecisionComparison } from '#shared/models/precision';
import { type Evaluation, evaluationSchema, runRecordSchema } from '#shared/models/run';
import { RESEARCH_USE } from '#shared/research-use';
import { deviceNames } from '#shared/training/device-names';
import type { EngineClient } from '../../engine-host/client/client';
import { auditEntries } from '../../store/audit';
import { deleteRun, saveRun, storedRun } from '../../store/runs';
import { createJobs, type Jobs } from '../core/jobs';
import { createDataset, type Dataset } from '../dataset/dataset';
import { createExports, type Exports } from '../exports/exports';
import { createPredictions, type Predictions } from '../predictions/predictions';
import { runFolder } from '../project/project-paths';
import { createReports, type Reports } from '../reports/reports';
import { createEvaluations, type Evaluations } from '../results/evaluations';
import { createSplits } from '../splits/splits';
import { addDiscs, discPicture } from '../test-support/disc-project';
import { startHosts, type TestHosts } from '../test-support/hosts';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject } from '../test-support/project';
import { type BatchChecks, createBatchChecks } from './batch-check';
import type { RunConfigGiven } from './run-preview';
import { createRuns, type Runs } from './runs';

const opened = await openTestProject('fovea-test-', 'Discs');
const { root: folder, events, projects, project } = opened;
let hosts: TestHosts;
let dataset: Dataset;
let jobs: Jobs;
let runs: Runs;
let evaluations: Evaluations;
let predictions: Predictions;
let reports: Reports;
let exports: Exports;
let batchChecks: BatchChecks;
const failures: unknown[] = [];

const config = (changes: Partial<RunConfigGiven> = {}): RunConfigGiven => ({
  backbone: 'vit-micro',
  device: 'cpu',
  threads: 1,
  epochs: 2,
  batchSize: 4,
  gradientAccumulation: 1,
  logEverySteps: 1,
  augmentation: { horizontalFlip: 0 },
  ...changes,
});

/** All services over one project, as the app puts them together. */
function createServices(): void {
  const { engine, pool } = hosts;
  dataset = createDataset({ splits: createSplits(), pool });
  jobs = createJobs(events);
  const backbones = { resolve: (name: string) => ({ kind: 'architecture' as const, name }) };
  runs = createRuns({
    dataset,
    backbones,
    engine,
    pool,
    events,
    version: '0.0.0-test',
    onFailure: (_what, error) => failures.push(error),
  });
  evaluations = createEvaluations({ runs, dataset, engine, pool, jobs, background: inThisThread() });
  predictions = createPredictions({ runs, engine, pool, jobs, events });
  reports = createReports({
    runs,
    evaluations,
    dataset,
    engine,
    pool,
    jobs,
    background: inThisThread(),
    version: '0.0.0-test',
  });
  exports = createExports({ runs, dataset, engine, pool, jobs });
  batchChecks = createBatchChecks({ dataset, backbones, engine, pool, jobs });
}

beforeAll(async () => {
  hosts = await startHosts('services');
  await addDiscs(project, join(folder, 'pictures'), { train: 16, validation: 8, test: 8 });
  createServices();
}, 120_000);

afterAll(async () => {
  await hosts?.dispose();
  opened.close();
});

describe('a pipeline check', () => {
  it('shows the first training batch and its values', async () => {
    const { shape, views, pipeline } = await batchChecks.check(project, config({ batchSize: 5, fit: 'crop' })).result;
    expect(shape).toEqual([5, 3, 96, 96]);
    expect(pipeline.fit).toEqual({ kind: 'shortest-edge', edge: 96 });
    expect(views.map(({ kind, pictures }) => [kind, pictures.length])).toEqual([
      ['evaluation', 5],
      ['augmented', 5],
    ]);
    for (const { statistics, pictures } of views) {
      expect(statistics.notFinite).toBe(0);
      expect(statistics.minimum).toBeGreaterThanOrEqual(-1);
      expect(statistics.maximum).toBeLessThanOrEqual(1);
      for (const { label, png } of pictures) {
        expect(['left', 'right']).toContain(label);
        expect(await sharp(Buffer.from(png, 'base64')).metadata()).toMatchObject({ width: 96, height: 96 });
      }
    }
  });

  it('is of the split that a start would make if there is none', async () => {
    const unsplit = await openTestProject('fovea-test-', 'Unsplit');
    try {
      await addDiscs(unsplit.project, join(unsplit.root, 'pictures'), { train: 16, validation: 0, test: 0 });
      unsplit.project.store.run('DELETE FROM split_members');
      unsplit.project.store.run('DELETE FROM splits');
      const { shape } = await batchChecks.check(unsplit.project, config()).result;
      expect(shape).toEqual([4, 3, 96, 96]);
      expect(unsplit.project.store.column('SELECT count(*) FROM splits')).toEqual([0]);
    } finally {
      unsplit.close();
    }
  });

  it('names what is missing', async () => {
    const unknown = batchChecks.check(project, config({ imageSize: 50 })).result;
    await expect(unknown).rejects.toMatchObject({ code: 'run_not_ready', message: expect.stringContaining('50') });
  });
});

describe('preview', () => {
  it('resolves the learning rate and counts steps', async () => {
    const preview = await runs.preview(project, config({ epochs: 10, classBalance: 'weighted-loss' }));
    expect(preview.problems).toEqual([]);
    expect(preview.config.learningRate).toBe(1e-3); // random weights
    expect(preview).toMatchObject({ steps: 40, epochs: 10, stages: [{ stepsPerEpoch: 4, steps: 40, warmupSteps: 4 }] });
    expect(preview.schedule[0]).toEqual([1, 0]);
    expect(preview.schedule.at(-1)?.[0]).toBe(40);
    expect(Math.max(...preview.schedule.map(([, rate]) => rate))).toBeCloseTo(1e-3, 6);
    expect(preview.classWeights).toEqual([
      { label: 'left', weight: 1 },
      { label: 'right', weight: 1 },
    ]);
    expect(preview.classDraws).toBeNull();
    const sampled = await runs.preview(project, config({ epochs: 10, classBalance: 'weighted-sampler' }));
    expect(sampled.classWeights).toBeNull();
    expect(sampled.classDraws?.map(({ label }) => label)).toEqual(['left', 'right']);
    const sum = (key: 'images' | 'drawn') => sampled.classDraws?.reduce((total, one) => total + one[key], 0);
    expect(sum('drawn')).toBe(sum('images'));
    const smaller = await runs.preview(project, config({ imageSize: 48 }));
    expect(preview.parameters - smaller.parameters).toBe((64 - 16) * 96); // positions of 8 x 8 and 4 x 4 patches
    const unfit = await runs.preview(project, config({ imageSize: 50 }));
    expect(unfit.problems.join(' ')).toMatch(/Choose a multiple of 12, such as 48 or 60/);
    // 12 heads-free figures of the architecture: hidden 96, 6 layers, MLP 384, 8 x 8 patches of 12 x 12 x 3, 2 classes.
    const block = 4 * (96 * 96 + 96) + (96 * 384 + 384) + (384 * 96 + 96) + 4 * 96;
    expect(preview.parameters).toBe(432 * 96 + 96 + 96 + 65 * 96 + 6 * block + 2 * 96 + 2 * 96 + 2);
    expect(preview.warnings.join(' ')).toMatch(/Fewer than 50 images of “left” \(16\), “right” \(16\)/);
    expect(preview.warnings.join(' ')).toMatch(/Only 8 images for validation/);
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const elsewhere = await runs.preview(project, config({ device: absent }));
    expect(elsewhere.problems.join(' ')).toMatch(/cannot be used here.*(macOS|Windows).*choose another device/i);
  });

  it('lists what blocks a run', async () => {
    const empty = await projects.create(join(folder, 'empty'), 'Empty');
    const nothing = await runs.preview(empty, config());
    expect(nothing.problems.join(' ')).toMatch(/no labelled images/);
    expect(nothing.problems.join(' ')).toMatch(/no split/);
    await expect(runs.start(empty, config())).rejects.toMatchObject({ code: 'run_not_ready' });
    expect(readdirSync(join(empty.folder, 'runs'))).toEqual([]);
    const untested = await projects.create(join(folder, 'untested'), 'Untested');
    await addDiscs(untested, join(folder, 'untested pictures'), { train: 2, validation: 0, test: 0 });
    const one = await runs.preview(untested, config());
    expect(one.problems).toEqual([
      'All images are “left”. A classifier needs at least two classes.',
      'The validation split is empty, but the best epoch is chosen on it. Create a split with validation images.',
    ]);
  });
});

describe('a whole run', () => {
  let run: string;
  let evaluation: Evaluation;

  it('trains, reports progress, and evaluates the validation images by itself', async () => {
    const states: string[] = [];
    const off = events.on('run.progress', ({ progress }) => states.push(`${progress.state}:${progress.phase}`));
    const started = await runs.start(project, config({ epochs: 3 }), ' First ');
    run = started.id;
    expect(started).toMatchObject({ name: 'First', state: 'queued', hasModel: false });
    expect(run).toMatch(/^\d{8}-\d{6}-full-[0-9a-f]{4}$/);
    const ended = await runs.wait(project, run);
    off();
    expect(failures).toEqual([]);
    expect(ended).toMatchObject({ state: 'finished', epochsDone: 3, error: null, hasModel: true, resumable: false });
    expect(ended.best?.metric).toBe('accuracy');
    expect(ended.seconds).toBeGreaterThan(0);
    expect(states[0]).toBe('queued:waiting');
    expect(states).toContain('running:training');
    expect(states.at(-1)).toBe('finished:done');
    expect(await evaluations.get(project, run, 'validation')).toMatchObject({ n: 8, split: 'validation' });
    expect(runs.isActive(project, run)).toBe(false);
    expect(await runs.progress(project, run)).toMatchObject({
      state: 'finished',
      phase: 'done',
      step: 12,
      totalSteps: 12,
    });
    // The next run of this kind is thought to take as long an epoch.
    const { secondsEstimate } = await runs.preview(project, config({ epochs: 6 }));
    expect(secondsEstimate).toBeCloseTo(2 * ended.seconds, 6);
  });

  it('writes everything needed to repeat it', async () => {
    const text = readFileSync(join(runFolder(project.folder, run), 'config.json'), 'utf8');
    const record = runRecordSchema.parse(JSON.parse(text));
    expect(record.classes).toEqual(['left', 'right']);
    expect(record.counts).toEqual({ train: 16, validation: 8, test: 8 });
    expect(record.hashes.pipeline).toBe(pipelineHash(record.pipeline));
    for (const hash of Object.values(record.hashes)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const detail = await runs.get(project, run);
    expect(detail.history.map((epoch) => epoch.epoch)).toEqual([1, 2, 3]);
    expect(await runs.list(project)).toHaveLength(1);
  });

  it('thins its log and keeps its epochs', async () => {
    const all = await runs.log(project, run, 0, 1000);
    expect(all.records.filter((record) => record.kind === 'step')).toHaveLength(12);
    const thin = await runs.log(project, run, 0, 5);
    expect(thin.records.filter((record) => record.kind === 'step')).toHaveLength(5);
    expect(thin.records.filter((record) => record.kind === 'epoch')).toHaveLength(3);
    expect(thin.next).toBe(all.next);
    expect(await runs.log(project, run, all.next, 5)).toEqual({ records: [], next: all.next });
  });

  it('opens the test set on request, with an entry in the audit trail', async () => {
    const job = evaluations.start(project, run, 'test');
    expect(jobs.get(job.id)).toMatchObject({ name: 'evaluations.evaluate', subject: { run, split: 'test' } });
    // Asked for again while it is under way: the same job, and one opening.
    expect(evaluations.start(project, run, 'test').id).toBe(job.id);
    evaluation = await job.result;
    const kept = await evaluations.get(project, run, 'test');
    // A stored evaluation is returned with the leaks known now.
    expect(evaluationSchema.parse(evaluation)).toEqual({ ...kept, leaks: kept?.leaks.slice(0, -1) });
    expect(kept?.leaks.at(-1)?.when).toBe('now');
    expect(evaluation.n).toBe(8);
    expect(evaluation.patients).toBe(4);
    const cases = await evaluations.cases(project, run, 'test', {});
    const right = cases.filter((entry) => entry.truth === entry.predicted).length;
    expect(evaluation.accuracy).toMatchObject({ value: right / 8, n: 8 });
    for (const entry of cases) {
      expect(entry.confidence).toBe(Math.max(...entry.probabilities));
      expect(entry.loss).toBeCloseTo(-Math.log(entry.probabilities[entry.truth] ?? 0), 4);
    }
    expect(evaluation.cautions.join(' ')).toMatch(
      /Fewer than 30 left cases \(4\): too few to measure performance on left reliably/,
    );
    expect(auditEntries(project.store, 10)[0]).toMatchObject({ action: 'test-set.open', detail: { run, images: 8 } });
    expect(await evaluations.testOpenings(project)).toMatchObject([{ run, by: null, images: evaluation.n }]);
  });

  it('opens the images behind each cell and each bar', async () => {
    const { confusionMatrix, confidence } = evaluation;
    for (const [truth, row] of confusionMatrix.entries()) {
      for (const [predicted, count] of row.entries()) {
        expect(await evaluations.cases(project, run, 'test', { truth, predicted })).toHaveLength(count);
      }
    }
    for (const [bin, count] of confidence.correct.entries()) {
      const range = [confidence.edges[bin] ?? 0, confidence.edges[bin + 1] ?? 0] as const;
      expect(await evaluations.cases(project, run, 'test', { correct: true, confidence: range })).toHaveLength(count);
    }
  });

  it('keeps its evaluation if labels and split change later', async () => {
    const cases = await evaluations.cases(project, run, 'test', {});
    const images = cases.map((entry) => entry.image);
    createSplits().move(project, images, 'train');
    const again = await evaluations.start(project, run, 'test').result;
    expect(again.confusionMatrix).toEqual(evaluation.confusionMatrix);
    createSplits().move(project, images, 'test');
  });

  it('predicts good files, reports bad ones, and returns attention maps', async () => {
    const drop = join(folder, 'drop');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(drop);
    writeFileSync(join(drop, 'a right disc.png'), await discPicture('right', 999));
    writeFileSync(join(drop, 'notes.txt'), 'no picture');
    const overlayFolder = join(folder, 'overlays');
    const job = predictions.start(project, run, [drop, join(folder, 'not there.dcm')], {
      attention: true,
      overlayFolder,
    });
    await jobs.result(job.id);
    const [right, notes, absent, ...rest] = predictions.list(job.id);
    expect(rest).toEqual([]);
    expect(right).toMatchObject({ name: 'drop/a right disc.png', ok: true, error: null });
    expect(right?.probabilities.map((one) => one.label)).toEqual(['left', 'right']);
    expect(right?.probabilities.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(1, 5);
    expect(right?.attention).toEqual({ layers: 6, heads: 3, gridHeight: 8, gridWidth: 8 });
    expect(notes).toMatchObject({ name: 'drop/notes.txt', ok: false, label: null });
    expect(notes?.error?.message).not.toBe('');
    expect(absent).toMatchObject({ name: 'not there.dcm', ok: false });
    const id = right?.id ?? '';
    expect(predictions.image(id)).toMatchObject({ width: 64, height: 56 });
    const maps = predictions.attention(id);
    expect(maps).toHaveLength(6 * 3 * 64 + 64);
    for (let row = 0; row < 6 * 3; row++) {
      const sum = maps.subarray(row * 64, (row + 1) * 64).reduce((total, value) => total + value, 0);
      expect(sum).toBeGreaterThan(0.5);
      expect(sum).toBeLessThanOrEqual(1.0001);
    }
    expect(readdirSync(overlayFolder).sort()).toEqual([
      '0001-a-right-disc-last-layer.png',
      '0001-a-right-disc-rollout.png',
    ]);
    expect(existsSync(right?.overlays?.rollout ?? '')).toBe(true);
    expect(readdirSync(join(project.folder, 'cache', 'predictions'))).toEqual([]);
    predictions.clear(job.id);
    expect(() => predictions.image(id)).toThrow(/no longer in memory/);
  });

  it('averages views on request, says so, and predicts the same for a dropped copy of an image', async () => {
    const plain = await evaluations.start(project, run, 'validation').result;
    const plainCases = await evaluations.cases(project, run, 'validation', {});
    const averaged = await evaluations.start(project, run, 'validation', { testTimeViews: 3 }).result;
    expect([plain.testTimeViews, averaged.testTimeViews]).toEqual([0, 3]);
    expect((await evaluations.get(project, run, 'validation'))?.testTimeViews).toBe(3);
    const cases = await evaluations.cases(project, run, 'validation', {});
    expect(cases.map(({ probabilities }) => probabilities)).not.toEqual(
      plainCases.map(({ probabilities }) => probabilities),
    );
    for (const { loss, probabilities, truth } of cases)
      expect(loss).toBeCloseTo(-Math.log(probabilities[truth] ?? 0), 4);
    const meanLoss = cases.reduce((sum, { loss }) => sum + loss, 0) / cases.length;
    expect(averaged.loss.value).toBeCloseTo(meanLoss, 10);

    const { path } = dataset.sourceFile(project, cases[3]?.image ?? 0);
    const options = { attention: false, testTimeViews: 3 };
    const [dropped] = (await predictions.start(project, run, [path], options).result).predictions;
    expect(dropped?.testTimeViews).toBe(3);
    for (const [label, { probability }] of (dropped?.probabilities ?? []).entries()) {
      expect(probability).toBeCloseTo(cases[3]?.probabilities[label] ?? -1, 5);
    }
    await evaluations.start(project, run, 'validation').result;
    expect(await evaluations.cases(project, run, 'validation', {})).toEqual(plainCases);
  });

  it('uses as many views as configured, and none without augmentation', async () => {
    const off = config({ testTimeViews: 2, augmentation: { enabled: false } });
    expect((await runs.preview(project, off)).problems).toEqual([
      'Test-time views need augmentation, which is off. Set the views to 0, or turn augmentation on.',
    ]);
    const file = join(runFolder(project.folder, run), 'config.json');
    const text = readFileSync(file, 'utf8');
    const record = JSON.parse(text) as { config: { testTimeViews: number; augmentation: { enabled: boolean } } };
    record.config.testTimeViews = 1;
    writeFileSync(file, JSON.stringify(record));
    const asConfigured = await evaluations.start(project, run, 'validation').result;
    expect(asConfigured.testTimeViews).toBe(1);
    record.config.augmentation.enabled = false;
    writeFileSync(file, JSON.stringify(record));
    await expect(evaluations.start(project, run, 'validation').result).rejects.toMatchObject({
      code: 'augmentation_off',
    });
    await evaluations.start(project, run, 'validation', { testTimeViews: 0 }).result;
    writeFileSync(file, text);
  });

  it('refuses to predict with a preprocessing other than its own', async () => {
    const file = join(runFolder(project.folder, run), 'config.json');
    const text = readFileSync(file, 'utf8');
    const record = JSON.parse(text) as { pipeline: { mean: number[] } };
    record.pipeline.mean = [0.4, 0.5, 0.5];
    writeFileSync(file, JSON.stringify(record));
    await expect(
      jobs.result(predictions.start(project, run, [join(folder, 'drop')], { attention: false }).id),
    ).rejects.toMatchObject({ code: 'pipeline_changed' });
    writeFileSync(file, text);
  });

  it('is reported in one page', async () => {
    const job = reports.start(project, run, 'test');
    const { resource, file } = await job.result;
    expect(file).toBe(join(runFolder(project.folder, run), 'report-test.html'));
    expect(jobs.get(job.id)).toMatchObject({
      state: 'done',
      subject: { project: project.id, run, split: 'test' },
      progress: { kind: 'working', phase: 'writing-report' },
    });
    const page = Buffer.from(await reports.read(resource)).toString('utf8');
    expect(page).toBe(readFileSync(file, 'utf8'));
    expect(page).toContain('data:image/png;base64,');
    expect(page).toContain('The test set was opened 2 times for this run, and 2 times in this project');
    const cancelled = reports.start(project, run, 'test');
    jobs.cancel(cancelled.id);
    await expect(cancelled.result).rejects.toMatchObject({ code: 'cancelled' });
    await expect(reports.read('nothing')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is exported as a Hugging Face folder with the same predictions', async () => {
    const target = { parent: join(folder) };
    const result = await exports.start(project, run, 'hf', target).result;
    expect(result.parity).toEqual({ maxProbabilityDifference: 0, agreement: 1, images: 8 });
    expect(result.files.map((one) => one.name)).toEqual([
      'README.md',
      'config.json',
      'labels.json',
      'model.safetensors',
      'pipeline.json',
      'preprocessor_config.json',
    ]);
    const best = readFileSync(join(runFolder(project.folder, run), 'checkpoints/best/model.safetensors'));
    expect(readFileSync(join(result.folder, 'model.safetensors')).equals(best)).toBe(true);
    expect(readFileSync(join(result.folder, 'README.md'), 'utf8')).toContain('Research use only');
    const again = await exports.start(project, run, 'hf', target).result;
    expect(again.folder).toBe(`${result.folder}-2`);
    await expect(exports.start(project, run, 'hf', { folder: result.folder }).result).rejects.toMatchObject({
      code: 'folder_not_empty',
    });
  });

  const onnxFiles = ['README.md', 'labels.json', 'model.onnx', 'pipeline.json', 'preprocessor_config.json'];

  it('is exported as ONNX with the same predictions', async () => {
    const target = join(folder, 'onnx export');
    const { files, parity } = await exports.start(project, run, 'onnx', { folder: target }).result;
    expect(files.map((one) => one.name)).toEqual(onnxFiles);
    expect(parity).toMatchObject({ agreement: 1, images: 8 });
    expect(parity.maxProbabilityDifference).toBeLessThan(1e-4);
    const labels: unknown = JSON.parse(readFileSync(join(target, 'labels.json'), 'utf8'));
    expect(labels).toEqual({ classes: ['left', 'right'], research_use: RESEARCH_USE });
  });

  it('is exported in int8 with the effect measured on both files', async () => {
    const target = join(folder, 'int8 export');
    const result = await exports.start(project, run, 'onnx-int8', { folder: target }).result;
    const { files, parity, comparison } = result;
    expect(files.map((one) => one.name)).toEqual(onnxFiles);
    expect(comparison).toMatchObject({ images: 8, int8: { bytes: files[2]?.bytes } });
    const { fp32, int8, maxProbabilityDifference, agreement } = comparison as PrecisionComparison;
    expect(parity).toEqual({ maxProbabilityDifference, agreement, images: 8 });
    // Rounding shows, and the model stays the model.
    expect(maxProbabilityDifference).toBeGreaterThan(0);
    expect(maxProbabilityDifference).toBeLessThan(0.1);
    expect(int8.bytes).toBeLessThan(0.4 * fp32.bytes);
    expect(Math.min(fp32.imagesPerSecond, int8.imagesPerSecond)).toBeGreaterThan(0);
    // The fp32 file is right where the evaluation of the run was.
    expect(fp32.accuracy).toBeCloseTo((await evaluations.get(project, run, 'validation'))?.accuracy.value ?? -1, 10);
    const card = readFileSync(join(target, 'README.md'), 'utf8');
    expect(card).toContain('## int8 against fp32');
    expect(card).toContain(`| Accuracy | ${fp32.accuracy.toFixed(4)} | ${int8.accuracy.toFixed(4)} |`);
    expect(readdirSync(dirname(target)).filter((name) => name.startsWith('.incoming'))).toEqual([]);
  });

  it('is exported in int8 with a warning if that costs accuracy', async () => {
    const { engine, pool } = hosts;
    const worse: Pick<EngineClient, 'request'> = {
      request: (name, input, listeners) => {
        const call = engine.request(name, input, listeners);
        if (name !== 'exportOnnx') return call;
        return {
          ...call,
          result: call.result.then((answer) =>
            'comparison' in answer && answer.comparison !== null
              ? { ...answer, comparison: { ...answer.comparison, warnings: ['int8 is much worse.'] } }
              : answer,
          ),
        };
      },
    };
    const target = join(folder, 'poor int8');
    const start = createExports({ runs, dataset, engine: worse, pool, jobs }).start;
    const { comparison } = await start(project, run, 'onnx-int8', { folder: target }).result;
    expect(comparison?.warnings).toEqual(['int8 is much worse.']);
    expect(readFileSync(join(target, 'README.md'), 'utf8')).toContain('- **int8 is much worse.**');
  });

  it('is not exported if the export predicts differently', async () => {
    // The real engine, but what it answers for the exported folder is off by a thousandth.
    const { engine, pool } = hosts;
    const tampering: Pick<EngineClient, 'request'> = {
      request: (name, input, listeners) => {
        const call = engine.request(name, input, listeners);
        const exported = name === 'evaluate' && 'modelFolder' in input && input.modelFolder.includes('.incoming-');
        if (!exported) return call;
        return {
          ...call,
          result: call.result.then((answer) => {
            if ('probabilities' in answer) answer.probabilities[0] = (answer.probabilities[0] ?? 0) + 1e-3;
            return answer;
          }),
        };
      },
    };
    const target = join(folder, 'tampered');
    const job = createExports({ runs, dataset, engine: tampering, pool, jobs }).start(project, run, 'hf', {
      folder: target,
    });
    await expect(job.result).rejects.toMatchObject({ code: 'export_differs' });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(dirname(target)).filter((name) => name.startsWith('.incoming'))).toEqual([]);
  });

  it('is restored from its folder if the database has lost it', async () => {
    const before = await runs.get(project, run);
    deleteRun(project.store, run);
    expect(await runs.get(project, run)).toEqual(before);
    deleteRun(project.store, run);
    rmSync(join(runFolder(project.folder, run), 'summary.json'));
    const rebuilt = (await runs.get(project, run)).summary;
    expect(rebuilt).toMatchObject({ state: 'finished', epochsDone: 3, best: before.summary.best, hasModel: true });
  });
});

describe('a run in trouble', () => {
  it('says which device it chose on automatic, and why', async () => {
    const automatic = config({ epochs: 1, device: 'auto' });
    const { device } = await runs.preview(project, automatic);
    const started = await runs.start(project, automatic);
    expect(started.device).toBe('auto');
    expect(await runs.wait(project, started.id)).toMatchObject({ state: 'finished', device });
    const { records } = await runs.log(project, started.id, 0, 1000);
    const notes = records.flatMap((record) => (record.kind === 'note' ? [record.message] : []));
    expect(notes[0]).toMatch(new RegExp(`^Device: ${deviceNames[device].replace(/[()]/g, '\\$&')}\\. .+`));
    // The device is chosen again when the run resumes, since its configuration leaves it open.
    expect((await runs.get(project, started.id)).record.config.device).toBe('auto');
    await runs.remove(project, started.id);
  });

  it('is interrupted when the engine dies, and resumes from its checkpoint', async () => {
    const { id } = await runs.start(project, config({ epochs: 3 }));
    const off = events.on('run.log', ({ record }) => {
      if (record.kind !== 'step' || record.step !== 6) return;
      const pid = hosts.engine.pid;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    });
    const dead = await runs.wait(project, id);
    off();
    expect(dead).toMatchObject({ state: 'interrupted', resumable: true, error: { code: 'engine_crashed' } });
    expect(dead.error?.message).toMatch(/SIGKILL|killed/i);
    expect(dead.epochsDone).toBe(1);
    const resumed = await runs.resume(project, id);
    expect(resumed.state).toBe('queued');
    const ended = await runs.wait(project, id);
    expect(ended).toMatchObject({ id, state: 'finished', epochsDone: 3, error: null });
    expect((await runs.get(project, id)).history.map((epoch) => epoch.epoch)).toEqual([1, 2, 3]);
    const steps = (await runs.log(project, id, 0, 1000)).records.flatMap((record) =>
      record.kind === 'step' ? record.step : [],
    );
    expect(steps).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    await expect(runs.resume(project, id)).rejects.toMatchObject({ code: 'run_not_resumable' });
  });

  it('waits in a queue, pauses and resumes', async () => {
    const first = await runs.start(project, config({ epochs: 30 }));
    const second = await runs.start(project, config());
    await expect(runs.remove(project, second.id)).rejects.toMatchObject({ code: 'run_active' });
    await runs.stop(project, second.id);
    expect(await runs.wait(project, second.id)).toMatchObject({ state: 'stopped', epochsDone: 0, hasModel: false });
    const paused = new Promise<void>((resolve) => {
      events.on('run.log', ({ run, record }) => {
        if (run === first.id && record.kind === 'step' && record.step === 2) resolve(runs.pause(project, run));
      });
    });
    await paused;
    expect(await runs.wait(project, first.id)).toMatchObject({ state: 'paused', resumable: true, error: null });
    await runs.resume(project, first.id);
    await runs.stop(project, first.id);
    const stopped = await runs.wait(project, first.id);
    expect(stopped).toMatchObject({ state: 'stopped', error: null });
    await runs.remove(project, second.id);
    expect(existsSync(runFolder(project.folder, second.id))).toBe(false);
    await expect(runs.get(project, second.id)).rejects.toMatchObject({ code: 'run_unknown' });
  });

  it('recognises runs left behind by a dead process', async () => {
    const [known] = await runs.list(project);
    if (known === undefined) throw new Error('no run');
    saveRun(project.store, { ...known, state: 'running', error: null });
    expect((await runs.list(project)).find((one) => one.id === known.id)).toMatchObject({
      state: 'interrupted',
      error: { code: 'interrupted' },
    });
    expect(storedRun(project.store, known.id)?.state).toBe('interrupted');
  });

  it('rejects names that lead out of the project', async () => {
    await expect(runs.get(project, '../../etc')).rejects.toMatchObject({ code: 'run_unknown' });
  });
});
