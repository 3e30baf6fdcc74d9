import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord, RunProgress } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { balancedClassWeights } from '#shared/training/plan';
import { searchedPenalties } from '#shared/training/search-steps';
import { relativeError } from '../../engine/selftest/check';
import { createClassifier } from '../../engine/train/classifier';
import { fitLogisticRegression } from '../../engine/train/logistic-regression';
import { makeBatch } from '../batches/batch-maker';
import type { ClassifySpec, TrainSpec } from '../core/protocol';
import { extractFeatures } from '../features/extract-features';
import { openFeatureRows, readFeatures } from '../features/feature-rows';
import { bestFolder, lastFolder } from '../models/checkpoint-slots';
import { loadBackbone } from '../models/load-backbone';
import { hashFile, readTensorsFile } from '../models/tensor-files';
import { smallRun, temporaryFolders, testEngine, writeSamples } from '../test-support';

const folder = temporaryFolders()();
const engine = testEngine('engine-host-head-alone');

const quick = (name: string, config: Partial<RunConfigInput> = {}): TrainSpec => ({
  ...smallRun(folder, { preset: 'quick', epochs: 4, featureViews: 3, ...config }),
  runFolder: join(folder, name),
});

async function train(spec: TrainSpec, pauseAt = 0) {
  const phases = new Set<RunProgress['phase']>();
  const counted: Pick<RunProgress, 'phase' | 'counted'>[] = [];
  const log: LogRecord[] = [];
  const call = engine.request('train', spec, {
    onRunProgress: ({ phase, counted: now }) => {
      phases.add(phase);
      if (now !== null) counted.push({ phase, counted: now });
    },
    onLog: (record) => {
      log.push(record);
      if (record.kind === 'step' && record.step === pauseAt) call.control('pause');
    },
  });
  const { state, history } = await call.result;
  return { state, history, phases, counted, log };
}
const weights = ({ runFolder }: TrainSpec) => hashFile(join(lastFolder(runFolder), 'model.safetensors'));
/** Keys of the cached features, each with its number of rows. */
const cached = () =>
  readdirSync(join(folder, 'cache', 'features')).map((key) => ({
    key,
    rows: readdirSync(join(folder, 'cache', 'features', key))
      .map((name) => (statSync(join(folder, 'cache', 'features', key, name)).size - 12) / (96 * 4 + 20))
      .reduce((sum, rows) => sum + rows, 0),
  }));

describe('feature views', { timeout: 180_000 }, () => {
  it('are computed once each, as the epochs would augment, and a paused run resumes with them', async () => {
    const spec = quick('whole');
    const first = await train(spec);
    expect(first.phases).toContain('extracting');
    // 3 × 18 + 8 views, known before the first is computed.
    expect(first.counted[0]).toEqual({ phase: 'extracting', counted: { done: 0, total: 62 } });
    // Three views of 18 training images, and 8 validation images as they are.
    expect(
      cached()
        .map(({ rows }) => rows)
        .toSorted((a, b) => a - b),
    ).toEqual([8, 18, 18, 18]);

    // The second view of an image is what the second epoch of a training of layers would show.
    const { config, train: samples, pipeline } = spec;
    const sample = samples[3] as (typeof samples)[number];
    const backbone = await loadBackbone(spec.backbone, spec.classes, config.seed, null);
    const classifier = await createClassifier({
      ...{ config: backbone.config, parameters: backbone.parameters },
      ...{ device: 'cpu', threads: 1, batch: 1, attentions: false },
    });
    const settings = { pipeline, augmentation: config.augmentation, seed: config.seed };
    const stored = cached().flatMap(({ key }) => {
      const rows = openFeatureRows(spec.cacheFolder, key, 96);
      const values = new Float32Array(96);
      const found = readFeatures(rows, `${sample.image}-${sample.raster.name}`, values);
      rows.close();
      return found ? [values] : [];
    });
    expect(stored).toHaveLength(3);
    for (const epoch of [1, 2, 3]) {
      const { features } = await classifier.run(makeBatch({ samples: [sample], epoch }, settings).pixels, 1);
      expect(stored.filter((values) => relativeError(values, features) < 1e-5)).toHaveLength(1);
    }
    await classifier.dispose();

    const paused = quick('paused');
    expect((await train(paused, 4)).state).toBe('paused');
    const rest = await train({ ...paused, resume: true });
    expect(rest.state).toBe('finished');
    expect(rest.phases).not.toContain('extracting');
    expect(await weights(paused)).toBe(await weights(spec));
  });

  it('differ with another augmentation or seed, and are one without augmentation', async () => {
    const before = cached().length;
    await train(quick('plain', { epochs: 2, featureViews: 0 }));
    await train(quick('unaugmented', { epochs: 2, augmentation: { enabled: false } }));
    expect(await weights(quick('unaugmented'))).toBe(await weights(quick('plain')));
    expect(await weights(quick('plain'))).not.toBe(await weights(quick('whole')));
    // The training images as they are lie beside the validation images.
    expect(cached()).toHaveLength(before);
    await train(quick('seed', { seed: 7, epochs: 1 }));
    await train(quick('rotated', { epochs: 1, augmentation: { horizontalFlip: 0, rotationDegrees: 5 } }));
    // One epoch shows one view, and another seed draws another backbone here: its validation images are new too.
    expect(cached()).toHaveLength(before + 2 + 1);
  });
});

describe('an evaluation of a head', { timeout: 180_000 }, () => {
  const evaluate = async (spec: TrainSpec, more: Partial<ClassifySpec> = {}) => {
    const seen: number[] = [];
    const call = engine.request(
      'evaluate',
      {
        ...{
          modelFolder: bestFolder(spec.runFolder),
          pipeline: spec.pipeline,
          device: 'cpu',
          threads: 1,
          batchSize: 4,
        },
        rasters: [...spec.validation, ...newImages].map(({ raster }) => raster),
        ...{ attention: false, testTime: null, ...more },
      },
      { onProgress: (_, done) => seen.push(done) },
    );
    return { ...(await call.result), seen };
  };
  const newImages = writeSamples(join(folder, 'test'), 3, 2001);

  it('takes the features of its validation images from the cache, computes those of others once, and gives the same answers', async () => {
    const spec = quick('evaluated', { headSolver: 'logistic' });
    await train(spec);
    const whole = await evaluate(spec);
    const first = await evaluate(spec, { cacheFolder: spec.cacheFolder });
    // The 8 validation images are known, the 3 others computed.
    expect(first.seen).toEqual([8, 11]);
    expect(relativeError(first.logits, whole.logits)).toBeLessThan(1e-5);
    expect(relativeError(first.probabilities, whole.probabilities)).toBeLessThan(1e-5);
    const second = await evaluate(spec, { cacheFolder: spec.cacheFolder });
    expect(second.seen).toEqual([]);
    expect(second.logits).toEqual(first.logits);
  });

  it('runs the backbone for attention maps, and for a model whose layers were trained', async () => {
    const spec = quick('evaluated', { headSolver: 'logistic' });
    const attended = await evaluate(spec, { cacheFolder: spec.cacheFolder, attention: true });
    expect(attended.attention).toHaveLength(11);
    const full = quick('layers', { preset: 'full', epochs: 1 });
    await train(full);
    const [cachedToo, alone] = [await evaluate(full, { cacheFolder: full.cacheFolder }), await evaluate(full)];
    expect(cachedToo.logits).toEqual(alone.logits);
    expect(cachedToo.seen.at(-1)).toBe(11);
  });
});

describe('a logistic regression head', { timeout: 180_000 }, () => {
  const logistic: Partial<RunConfigInput> = { headSolver: 'logistic', headPenalty: 0.5, featureViews: 0 };

  it('fits the features in one step', async () => {
    const spec = quick('fit', { ...logistic, featureViews: 2, classBalance: 'weighted-loss', labelSmoothing: 0.1 });
    const { state, history, log } = await train(spec);
    expect(state).toBe('finished');
    expect(history).toMatchObject([{ epoch: 1, step: 1, stage: 0 }]);
    expect(log.map((record) => record.kind)).toEqual(['note', 'step', 'epoch']);
    expect(log[0]).toHaveProperty(
      'message',
      expect.stringMatching(/^The logistic regression converged after \d+ iter/),
    );
    expect(log[1]).toMatchObject({ learningRate: 0, loss: history[0]?.trainLoss });

    // What the run has cached, fitted here.
    const { config, classes, train: samples } = spec;
    const backbone = await loadBackbone(spec.backbone, classes, config.seed, null);
    const features = await extractFeatures(
      (['evaluation', 0, 1] as const).map((view) => ({ samples, view })),
      {
        ...{ cacheFolder: spec.cacheFolder, config: backbone.config, parameters: backbone.parameters },
        ...{ backboneHash: backbone.hash, pipeline: spec.pipeline, augmentation: config.augmentation },
        ...{ seed: config.seed, device: 'cpu', threads: 1, batchSize: 4 },
        onProgress: () => Promise.reject(new Error('all was cached')),
      },
    );
    const labels = samples.map(({ label }) => label);
    const fit = await fitLogisticRegression(
      {
        features: Float32Array.from(features.flatMap((values) => [...values])),
        labels: Int32Array.from([...labels, ...labels, ...labels]),
        ...{ width: 96, classes: 2 },
      },
      {
        ...{ penalty: 0.5, rowsPerImage: 3, classWeights: balancedClassWeights(labels, 2), labelSmoothing: 0.1 },
        ...{ tolerance: 1e-6, maximumIterations: 2000 },
      },
    );
    const trained = await readTensorsFile(join(lastFolder(spec.runFolder), 'model.safetensors'));
    expect([...(trained.get('classifier.weight')?.data ?? [])]).toEqual([...Float32Array.from(fit.weight)]);
    expect([...(trained.get('classifier.bias')?.data ?? [])]).toEqual([...Float32Array.from(fit.bias)]);
  });

  it('takes the penalty that a cross-validation chooses, unless the run names one', async () => {
    const headOf = async (spec: TrainSpec) => {
      const { log } = await train(spec);
      const { data } = (await readTensorsFile(join(lastFolder(spec.runFolder), 'model.safetensors'))).get(
        'classifier.weight',
      ) ?? { data: [] };
      return { weights: [...data], notes: log.flatMap((entry) => (entry.kind === 'note' ? [entry.message] : [])) };
    };
    const groups = Array.from({ length: 26 }, (_, image) => Math.floor(image / 2));
    const folds = { groups, folds: groups.map((group) => group % 5) };
    const chosen = await headOf({ ...quick('chosen', { ...logistic, headPenalty: null }), folds });
    const penalty = /^The penalty C (\S+) was chosen by cross-validation/.exec(chosen.notes[0] ?? '')?.[1];
    expect(searchedPenalties).toContain(Number(penalty));
    const named = await headOf({ ...quick('named', { ...logistic, headPenalty: Number(penalty) }), folds });
    expect(named.weights).toEqual(chosen.weights);
    expect(named.notes).toHaveLength(1);
    const other = searchedPenalties.find((one) => one !== Number(penalty)) ?? 1;
    expect((await headOf({ ...quick('other', { ...logistic, headPenalty: other }), folds })).weights).not.toEqual(
      chosen.weights,
    );
  });

  it('applies the weights that a sampler would draw by', async () => {
    // 18 images of two classes, 5 of one.
    const uneven = (spec: TrainSpec): TrainSpec => ({
      ...spec,
      train: spec.train.filter(({ label }, index) => label === 0 || index < 10),
    });
    const runs = (['none', 'weighted-loss', 'weighted-sampler'] as const).map((classBalance) =>
      uneven(quick(classBalance, { ...logistic, classBalance })),
    );
    for (const run of runs) await train(run);
    const [none, loss, sampler] = await Promise.all(runs.map(weights));
    expect(sampler).toBe(loss);
    expect(loss).not.toBe(none);
  });

  it('is the starting point for the layers of a careful run, with or without a pause between', async () => {
    const careful = (name: string) =>
      quick(name, { ...logistic, preset: 'careful', epochs: 1, gradientAccumulation: 1 });
    const whole = careful('careful');
    const { history } = await train(whole);
    expect(history.map(({ epoch, stage, step }) => [epoch, stage, step])).toEqual([
      [1, 0, 1],
      [2, 1, 6],
    ]);
    const paused = careful('careful-paused');
    expect((await train(paused, 1)).state).toBe('paused');
    const { log } = await train({ ...paused, resume: true });
    expect(log.some((record) => record.kind === 'note' && record.message.includes('logistic'))).toBe(false);
    expect(await weights(paused)).toBe(await weights(whole));
  });

  it('has no learning rate to test', async () => {
    const { config, classes, backbone, pipeline, cacheFolder, train: samples, validation } = quick('rate', logistic);
    const spec = { config, classes, backbone, pipeline, cacheFolder, train: samples, validation };
    await expect(engine.request('findLearningRate', spec).result).rejects.toMatchObject({ code: 'rate_not_used' });
  });
});
