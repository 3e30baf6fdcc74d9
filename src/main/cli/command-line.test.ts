import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The command as run in a checkout: it builds itself if needed, in its own process. */
const script = resolve(import.meta.dirname, '../../../scripts/fovea.mjs');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('fovea', () => {
  let folder: string;
  let project: string;

  function start(...given: string[]) {
    const child = spawn(process.execPath, [script, ...given], {
      env: { ...process.env, FOVEA_HOME: join(folder, 'home') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, stdout, stderr })));
    return { child, ended, stderr: () => stderr };
  }

  async function json(...given: string[]) {
    const { code, stdout, stderr } = await start(...given, '--json').ended;
    const lines = stdout.split('\n');
    expect(lines, `${stdout}\n${stderr}`).toHaveLength(2);
    return { code, stderr, answer: JSON.parse(lines[0] ?? '') as Record<string, unknown> };
  }

  async function succeed(...given: string[]) {
    const { code, answer, stderr } = await json(...given);
    expect(answer, stderr).toMatchObject({
      ok: true,
      researchUse: 'Research use only: not for diagnosis or treatment.',
    });
    expect(code).toBe(0);
    return answer;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fovea-command-'));
    project = join(folder, 'a project');
    // Two separable classes: a bright band above or below.
    for (const [label, top] of [
      ['über', 8],
      ['below (2)', 72],
    ] as const) {
      const images = join(folder, 'images [x]', label);
      await mkdir(images, { recursive: true });
      for (let patient = 0; patient < 8; patient++) {
        const band = await sharp({
          create: { width: 96, height: 24, channels: 3, background: { r: 200 + patient, g: 200, b: 200 } },
        })
          .png()
          .toBuffer();
        await sharp({ create: { width: 96, height: 104, channels: 3, background: { r: 20, g: 20, b: 20 + patient } } })
          .composite([{ input: band, left: 0, top }])
          .png()
          .toFile(join(images, `p${label.length}${patient} – scan.png`));
      }
    }
    await writeFile(join(folder, 'images [x]/über/broken.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await writeFile(join(folder, 'images [x]/notes.txt'), 'not an image');
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  it('goes from files to a model and its predictions', { timeout: 240_000 }, async () => {
    expect(await succeed('create', project, '--name', 'Bands')).toMatchObject({ project, name: 'Bands' });

    const pattern = String.raw`(p\d+) –`;
    const imported = await succeed('import', project, join(folder, 'images [x]'), '--group-pattern', pattern);
    expect(imported).toMatchObject({ added: 16, classes: { über: 8, 'below (2)': 8 }, patients: 16 });
    const skipped = imported['skipped'] as { path: string; code: string; message: string }[];
    expect(skipped.map(({ path }) => path).filter((path) => path.endsWith('.png'))).toEqual(['über/broken.png']);
    expect(imported['imagesPerSecond']).toBeGreaterThan(0);

    const split = await succeed('split', project, '--validation', '0.25', '--test', '0.25', '--seed', '7');
    expect(split).toMatchObject({
      splits: {
        train: { über: 4, 'below (2)': 4 },
        validation: { über: 2, 'below (2)': 2 },
        test: { über: 2, 'below (2)': 2 },
      },
      groupsAcrossSplits: 0,
    });
    expect(split['balance']).toMatchObject({
      factors: expect.arrayContaining([expect.objectContaining({ factor: 'sex' })]),
    });
    const unknown = await json('split', project, '--hold-out', 'site=Nowhere');
    expect(unknown).toMatchObject({ code: 1, answer: { error: { code: 'held_out_unknown' } } });
    const unneeded = await json('split', project, '--sign-off', 'A. Name', '--reason', 'to try it');
    expect(unneeded).toMatchObject({ code: 1, answer: { error: { code: 'nothing_to_sign' } } });
    expect((await json('split', project, '--sign-off', 'A. Name')).code).toBe(2);
    const written = join(folder, 'dataset.html');
    expect(await succeed('dataset', project, '--out', written)).toMatchObject({ images: 16, file: written });
    expect(await readFile(written, 'utf8')).toContain('dataset report');
    // The bands of a class all look alike: listed, but no reason to keep the class in one split.
    const review = await succeed('review', project);
    expect(review).toMatchObject({ conflicts: [], leaks: [] });
    type Group = { kind: string; images: string[]; similarity: number; common: boolean; suspected: boolean };
    const all = review['groups'] as Group[];
    // The band of one class, mirrored, is that of the other: a possible duplicate, which groups nothing.
    const groups = all.filter(({ suspected }) => !suspected);
    expect(groups.map(({ kind, images, common }) => [kind, images.length, common])).toEqual([
      ['near', 8, true],
      ['near', 8, true],
    ]);
    expect(groups.flatMap(({ images }) => images)).toContain('über/p40 – scan.png');
    expect(groups.every(({ similarity }) => similarity > 0.95 && similarity <= 1)).toBe(true);
    expect(await succeed('runs', project)).toMatchObject({ runs: [] });

    const { code, answer, stderr } = await json(
      ...['train', project, '--backbone', 'vit-micro', '--preset', 'full', '--progress', 'json'],
      ...['--set', 'epochs=2', '--set', 'batchSize=4', '--set', 'augmentation.enabled=false', '--set', 'threads=1'],
    );
    expect(code).toBe(0);
    expect(answer).toMatchObject({ ok: true, state: 'finished', epochs: 2 });
    const history = answer['history'] as { epoch: number; trainLoss: number; metrics: { accuracy: number } }[];
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(history[0]?.trainLoss).toBeGreaterThan(0.1);
    expect(existsSync(join(String(answer['checkpoint']), 'model.safetensors'))).toBe(true);
    const told = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    expect(new Set(told.map(({ event }) => event))).toEqual(new Set(['run.progress', 'run.log', 'job']));

    const id = String(answer['run']);
    expect(await succeed('runs', project)).toMatchObject({ runs: [{ id, state: 'finished', hasModel: true }] });
    expect(await succeed('run', project, id)).toMatchObject({
      run: id,
      record: { config: { epochs: 2, batchSize: 4, augmentation: { enabled: false } } },
    });

    const evaluated = await succeed('evaluate', project, id, '--split', 'test', '--by', 'A. Name');
    expect(evaluated).toMatchObject({ n: 4, split: 'test', accuracy: { n: 4 }, leak: null });
    const matrix = evaluated['confusionMatrix'] as number[][];
    expect(matrix.map((row) => row.reduce((sum, value) => sum + value, 0))).toEqual([2, 2]);

    const curves = evaluated['curves'] as Record<string, unknown>[];
    expect(curves).toHaveLength(2);
    expect(curves[0]).toMatchObject({ positives: 2, negatives: 2, auc: { n: 4 } });
    const noClass = await json('evaluate', project, id, '--split', 'validation', '--positive', 'nothing');
    expect(noClass).toMatchObject({ code: 2, answer: { error: { message: '“nothing” is not a class.' } } });

    expect(evaluated).toMatchObject({ testTimeViews: 0 });
    // This run was trained without augmentation: there are no views to average.
    const refused = await json('evaluate', project, id, '--split', 'validation', '--views', '2');
    expect(refused).toMatchObject({ code: 1, answer: { error: { code: 'augmentation_off' } } });

    const scans = join(folder, 'images [x]/über');
    const maps = join(folder, 'maps');
    const predicted = await succeed('predict', project, id, scans, '--attention', maps);
    const predictions = predicted['predictions'] as Record<string, unknown>[];
    expect(predictions).toHaveLength(9);
    const whole = predictions.filter(({ ok }) => ok === true);
    expect(whole).toHaveLength(8);
    for (const one of whole) {
      const shares = Object.values(one['probabilities'] as Record<string, number>);
      expect(shares.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(Math.max(...shares)).toBe(one['confidence']);
      expect(existsSync(String(one['attention']))).toBe(true);
    }
    expect(predictions.find(({ ok }) => ok === false)).toMatchObject({ error: { code: expect.any(String) } });
    expect(await readdir(maps)).toHaveLength(16);

    const out = join(folder, 'exported');
    const exported = await succeed('export', project, id, '--format', 'hf', out);
    expect((exported['parity'] as { maxProbabilityDifference: number }).maxProbabilityDifference).toBeLessThan(1e-4);
    expect(await readdir(out)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors']));
    expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toMatchObject({
      architectures: [expect.stringContaining('ForImageClassification')],
      research_use: 'Research use only: not for diagnosis or treatment.',
    });

    const int8 = await succeed('export', project, id, '--format', 'onnx-int8', join(folder, 'int8'));
    expect(int8).toMatchObject({
      parity: { maxProbabilityDifference: expect.any(Number), agreement: expect.any(Number) },
      comparison: { images: 4, fp32: { bytes: expect.any(Number) }, int8: { accuracy: expect.any(Number) } },
    });
    const bench = ['bench', 'predict', '--precision', 'both', '--batch', '2', '--steps', '2', '--threads', '1'];
    expect(await succeed(...bench, '--project', project, '--run', id)).toMatchObject({
      precision: 'fp32',
      others: [{ precision: 'int8' }],
      comparison: { images: 4, agreement: (int8['parity'] as { agreement: number }).agreement },
    });
  });

  it('saves and stops on Ctrl-C', { timeout: 240_000 }, async () => {
    const { child, ended, stderr } = start(
      ...['train', project, '--backbone', 'vit-micro', '--json', '--progress', 'json'],
      ...['--set', 'epochs=500', '--set', 'batchSize=4', '--set', 'threads=1', '--set', 'logEverySteps=1'],
    );
    await expect.poll(() => stderr().includes('"kind":"epoch"'), { timeout: 120_000 }).toBe(true);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    const answer = JSON.parse(stdout) as { run: string; epochs: number };
    expect(answer).toMatchObject({ ok: true, state: 'stopped' });
    expect(answer.epochs).toBeGreaterThanOrEqual(1);
    const { runs } = await succeed('runs', project);
    expect(runs).toEqual(expect.arrayContaining([expect.objectContaining({ id: answer.run, hasModel: true })]));
  });

  it('assigns folds and cross-validates', { timeout: 240_000 }, async () => {
    const before = await succeed(
      'split',
      project,
      '--validation',
      '0.25',
      '--test',
      '0.25',
      '--seed',
      '7',
      '--folds',
      '3',
    );
    expect(before).toMatchObject({
      splits: { 'fold 1': { über: 2, 'below (2)': 2 }, test: { über: 2, 'below (2)': 2 } },
      parts: { train: { über: 4, 'below (2)': 4 } },
      groupsAcrossFolds: 0,
      problems: [],
    });
    const answer = await succeed(
      ...['cross-validate', project, '--backbone', 'vit-micro', '--preset', 'quick', '--folds', '3'],
      ...['--set', 'epochs=2', '--set', 'threads=1'],
    );
    expect(answer).toMatchObject({
      kind: 'folds',
      folds: 3,
      members: [1, 2, 3].map((fold) => ({ fold, state: 'finished', images: 4 })),
      outOfFold: { n: 12, folds: 3, accuracy: { n: 12 }, spread: { accuracy: { mean: expect.any(Number) } } },
    });
    expect(await readFile(answer['predictions'] as string, 'utf8')).toMatch(/^(\{.*"fold":[123]\}\n){12}$/);
    const shown = await succeed('experiment', project, answer['experiment'] as string);
    expect({ ...shown, ok: true }).toEqual(answer);
    const { experiments } = await succeed('experiments', project);
    expect(experiments).toMatchObject([{ id: answer['experiment'], kind: 'folds' }]);
  });

  it('runs a sweep, pauses on Ctrl-C, resumes and compares', { timeout: 240_000 }, async () => {
    const { child, ended, stderr } = start(
      ...['sweep', project, '--backbone', 'vit-micro', '--values', '1e-5,1e-3', '--json', '--progress', 'json'],
      ...['--set', 'epochs=25', '--set', 'batchSize=4', '--set', 'threads=1', '--set', 'logEverySteps=1'],
    );
    await expect.poll(() => stderr().includes('"kind":"epoch"'), { timeout: 120_000 }).toBe(true);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    const paused = JSON.parse(stdout) as { experiment: string; members: { run: string; state: string }[] };
    expect(paused).toMatchObject({
      ok: true,
      key: 'learningRate',
      members: [
        { value: 1e-5, state: 'paused' },
        { value: 1e-3, state: 'paused' },
      ],
    });
    const [first, second] = paused.members.map(({ run }) => run) as [string, string];
    // Its turn never came: removed from the list; the rest of the queue continues.
    expect(await succeed('run', project, second, '--cancel')).toMatchObject({ summary: { state: 'stopped' } });
    const queue = await succeed('train', project, '--queue');
    expect(queue['runs']).toMatchObject([{ id: first, state: 'finished', epochsDone: 25 }]);
    const resumed = await succeed('sweep', project, '--resume', paused.experiment);
    expect(resumed).toMatchObject({ metric: 'accuracy', members: [{ state: 'finished' }, { state: 'finished' }] });

    const compared = await succeed('compare', project, first, second);
    const settings = compared['settings'] as { key: string; differs: boolean; values: unknown[] }[];
    expect(settings.filter(({ differs }) => differs)).toEqual([
      { key: 'learningRate', values: [1e-5, 1e-3], differs: true },
    ]);
    expect(compared['best']).toBe(resumed['best']);
    const { code: readable, stdout: text } = await start('compare', project, first, second).ended;
    expect(readable).toBe(0);
    expect(text).toMatch(/learningRate +1e-5 +0\.001/);
    expect(text).toContain('Data, split, weights and preprocessing are the same.');

    // A run's record can be used as a configuration.
    const again = await succeed(
      ...['train', project, '--config', join(project, 'runs', first, 'config.json'), '--set', 'epochs=1'],
    );
    const { record } = await succeed('run', project, again['run'] as string);
    const old = await succeed('run', project, first);
    const { config } = old['record'] as { config: object };
    expect((record as { config: object }).config).toEqual({ ...config, epochs: 1 });
  });

  it('describes an image, and a file that is not one', async () => {
    const picture = join(folder, 'images [x]/über/p40 – scan.png');
    const inspected = await succeed('inspect', picture, join(folder, 'images [x]/notes.txt'));
    expect(inspected).toMatchObject({
      files: [
        { path: picture, ok: true, kind: 'png', rows: 104, columns: 96, frame0: { dtype: 'uint8', max: 200 } },
        { ok: false, error: { code: expect.any(String) } },
      ],
    });
  });

  it.each([
    [['train', 'PROJECT'], 2],
    [['train', 'PROJECT', '--backbone', 'vit-micro', '--set', 'epochs=none'], 2],
    [['train', 'PROJECT', '--backbone', 'vit-micro', '--preset', 'fastest'], 2],
    [['split', 'PROJECT', '--validation', '1.5'], 2],
    [['split', 'PROJECT', '--folds', '2'], 2],
    [['sweep', 'PROJECT', '--backbone', 'vit-micro', '--key', 'epochs'], 2],
    [['sweep', 'PROJECT', '--backbone', 'vit-micro', '--key', 'epoch', '--values', '1,2'], 1],
    [['compare', 'PROJECT', 'no-such-run', 'nor-this'], 1],
    [['train', 'PROJECT', '--queue', '--backbone', 'vit-micro'], 2],
    [['split'], 2],
    [['bench', 'predict', '--project', 'PROJECT'], 2],
    [['export', 'PROJECT', 'no-such-run', '--format', 'int8', 'out'], 2],
    [['nonsense'], 2],
    [['import', 'nowhere', 'images'], 1],
    [['evaluate', 'PROJECT', 'no-such-run'], 1],
    [['train', 'PROJECT', '--backbone', 'no-such-backbone'], 1],
  ])('reports %j with one error object and exit code %i', async (given, expected) => {
    const { code, answer } = await json(...given.map((word) => (word === 'PROJECT' ? project : word)));
    expect(answer).toMatchObject({ ok: false, error: { code: expect.any(String), message: expect.any(String) } });
    expect((answer['error'] as { code: string }).code).not.toBe('internal');
    expect(code).toBe(expected);
  });

  it('prints readable text without --json', async () => {
    const { code, stdout, stderr } = await start('runs', project).ended;
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/run\s+state\s+backbone/);
    expect(stdout).toContain('vit-micro');
  });
});
