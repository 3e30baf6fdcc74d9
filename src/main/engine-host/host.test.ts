import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { augmentInto, testTimeRandom } from '#shared/imaging/augment';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { LogRecord } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { readSafetensors, writeSafetensors } from '../engine/safetensors';
import { createClassifier } from '../engine/train/classifier';
import { toHfConfig } from '../engine/vit/hf-config';
import { initialiseParameters } from '../engine/vit/initialise';
import { parseVitConfig } from '../engine/vit/parse-config';
import type { RasterPlace } from '../packs/place';
import { readRaster } from './batches/batch-maker';
import type { EngineAction } from './client/client';
import type { TrainResult, TrainSpec } from './core/protocol';
import { parameterSpecs } from './models/backbone-folder';
import { openCheckpoint } from './models/checkpoint-files';
import { beforeFolder, bestFolder, lastFolder } from './models/checkpoint-slots';
import { loadModel } from './models/load-model';
import { hashFile } from './models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from './test-support';
import { openRunLog } from './training/run-log';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host');
/** An undisturbed run of three epochs, and its weights. */
let undisturbed: { folder: string; result: TrainResult; weights: Record<string, string> };

const EPOCHS = 3;
const run = (folder: string) => smallRun(folder, { epochs: EPOCHS });

/** Hashes of what must be equal, bit for bit. */
const weightsOf = async (folder: string) => ({
  model: await hashFile(join(lastFolder(folder), 'model.safetensors')),
  optimizer: await hashFile(join(lastFolder(folder), 'optimizer.safetensors')),
  best: await hashFile(join(bestFolder(folder), 'model.safetensors')),
});

const metricsOf = (result: TrainResult) => result.history.map(({ seconds: _, ...record }) => record);

/** Trains, and does something when a step is logged. */
function train(
  spec: TrainSpec,
  atStep?: number,
  act: (control: (action: EngineAction) => void) => void = () => {},
  onStall: (reason: ErrorInfo | null, control: (action: EngineAction) => void) => void = () => {},
) {
  const log: LogRecord[] = [];
  const phases = new Set<string>();
  const call = engine.request('train', spec, {
    onRunProgress: ({ phase }) => phases.add(phase),
    onStall: (reason) => onStall(reason, call.control),
    onLog: (record) => {
      log.push(record);
      if (record.kind === 'step' && record.step === atStep) act(call.control);
    },
  });
  return { result: call.result, log, phases };
}

beforeAll(async () => {
  const spec = run(newFolder());
  const result = await train(spec).result;
  undisturbed = { folder: spec.runFolder, result, weights: await weightsOf(spec.runFolder) };
}, 180_000);

describe('training in its own process', { timeout: 180_000 }, () => {
  it('writes Hugging Face folders, a log and a history', async () => {
    const { folder, result } = undisturbed;
    expect(result.state).toBe('finished');
    expect(result.history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [2, 6],
      [3, 9],
    ]);
    expect(result.best).not.toBeNull();
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(['before', 'best', 'last']);
    const hugging = ['config.json', 'model.safetensors', 'preprocessor_config.json', 'trainer.json'];
    expect(readdirSync(bestFolder(folder)).sort()).toEqual(hugging);
    expect(readdirSync(lastFolder(folder)).sort()).toEqual([...hugging, 'optimizer.safetensors'].sort());
    expect(JSON.parse(readFileSync(join(bestFolder(folder), 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'vit',
      id2label: { 0: 'left', 1: 'right' },
    });
    const lines = readFileSync(join(folder, 'log.ndjson'), 'utf8').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as LogRecord);
    expect(records.filter(({ kind }) => kind === 'step')).toHaveLength(9);
    expect(records.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
  });

  it('resumes from a pause in the middle of an epoch to identical weights', async () => {
    const spec = run(newFolder());
    const first = await train(spec, 2, (control) => control('pause')).result;
    expect(first.state).toBe('paused');
    const second = await train({ ...spec, resume: true }).result;
    expect(second.state).toBe('finished');
    expect(metricsOf(second)).toEqual(metricsOf(undisturbed.result));
    expect(await weightsOf(spec.runFolder)).toEqual(undisturbed.weights);
  });

  it('reports that the process was killed, and resumes to identical weights', async () => {
    const spec = run(newFolder());
    const killed = train(spec, 4, () => process.kill(engine.pid as number, 'SIGKILL'));
    await expect(killed.result).rejects.toMatchObject({
      code: 'engine_crashed',
      message: expect.stringContaining('SIGKILL'),
      hint: expect.stringContaining('resumed'),
    });
    const result = await train({ ...spec, resume: true }).result;
    expect(result.state).toBe('finished');
    expect(metricsOf(result)).toEqual(metricsOf(undisturbed.result));
    expect(await weightsOf(spec.runFolder)).toEqual(undisturbed.weights);
  });

  it('supports other optimizers and schedules, and resumes with them to identical weights', async () => {
    const settings: Partial<RunConfigInput> = {
      epochs: 3,
      optimizer: 'sgd',
      learningRate: 1e-2,
      warmupSteps: 1,
      // A drop after each epoch whose validation loss is not lower.
      schedule: 'plateau',
      plateauPatience: 0,
      scheduleFactor: 0.5,
      classBalance: 'weighted-sampler',
    };
    const whole = smallRun(newFolder(), settings);
    const undivided = train(whole);
    const { history } = await undivided.result;
    const cut = smallRun(newFolder(), settings);
    const first = train(cut, 7, (control) => control('pause'));
    expect((await first.result).state).toBe('paused');
    const second = train({ ...cut, resume: true });
    expect((await second.result).state).toBe('finished');
    expect(await weightsOf(cut.runFolder)).toEqual(await weightsOf(whole.runFolder));

    const rates = (log: LogRecord[]) => log.flatMap((record) => (record.kind === 'step' ? [record.learningRate] : []));
    expect([...rates(first.log), ...rates(second.log)]).toEqual(rates(undivided.log));
    // Three steps an epoch: none before the warm-up's end, then the peak, halved by each epoch that was no better.
    const worse = history.map(({ validationLoss }, i) => {
      const before = history.slice(0, i).map((record) => record.validationLoss);
      return validationLoss < Math.min(...before) * (1 - 1e-4) ? 0 : 1;
    });
    const drops = [0, worse[0] as number, (worse[0] as number) + (worse[1] as number)];
    const expected = drops.flatMap((count) => Array<number>(3).fill(1e-2 * 0.5 ** count)).with(0, 0);
    expect(rates(undivided.log)).toEqual(expected);
    const optimizer = readFileSync(join(lastFolder(whole.runFolder), 'optimizer.safetensors'));
    const names = [...readSafetensors(new Uint8Array(optimizer)).tensors.keys()];
    expect(names.every((name) => name.startsWith('momentum_buffer/'))).toBe(true);
  });

  it('keeps a model when stopped inside the first epoch', async () => {
    const spec = run(newFolder());
    const { result, log } = train(spec, 1, (control) => control('stop'));
    expect((await result).state).toBe('stopped');
    expect(await openCheckpoint(bestFolder(spec.runFolder))).not.toBeNull();
    expect(log.some((record) => record.kind === 'note' && record.message.includes('Stopped inside epoch 1'))).toBe(
      true,
    );
  });

  it('rejects a checkpoint of other settings', async () => {
    const spec = run(newFolder());
    mkdirSync(spec.runFolder);
    cpSync(join(undisturbed.folder, 'checkpoints'), join(spec.runFolder, 'checkpoints'), { recursive: true });
    const other = { ...spec, resume: true, config: { ...spec.config, seed: 1 } };
    await expect(train(other).result).rejects.toMatchObject({ code: 'checkpoint_mismatch' });
  });

  it('resumes from the save before a damaged one, then from the best, and reports if all are damaged', async () => {
    const spec = { ...run(newFolder()), resume: true };
    mkdirSync(spec.runFolder);
    cpSync(join(undisturbed.folder, 'checkpoints'), join(spec.runFolder, 'checkpoints'), { recursive: true });
    const damage = (folder: string, name = 'model.safetensors') => {
      const file = join(folder, name);
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
      writeFileSync(file, bytes);
    };
    damage(lastFolder(spec.runFolder), 'optimizer.safetensors');
    const exact = train(spec);
    expect(metricsOf(await exact.result)).toEqual(metricsOf(undisturbed.result));
    expect(await weightsOf(spec.runFolder)).toEqual(undisturbed.weights);
    const note = exact.log.find((record) => record.kind === 'note');
    expect(note?.message).toContain('optimizer.safetensors has changed since it was written');
    expect(note?.message).toContain('the previous checkpoint, at step 6');

    damage(lastFolder(spec.runFolder));
    damage(beforeFolder(spec.runFolder));
    const result = await train(spec).result;
    expect(result.state).toBe('finished');
    expect(result.notes.join(' ')).toContain('model.safetensors has changed since it was written');
    expect(result.notes.join(' ')).toContain('optimizer state is reset');
    expect(await openCheckpoint(lastFolder(spec.runFolder))).not.toBeNull();

    for (const folder of [lastFolder, beforeFolder, bestFolder]) {
      truncateSync(join(folder(spec.runFolder), 'model.safetensors'), 1000);
    }
    await expect(train(spec).result).rejects.toMatchObject({ code: 'checkpoint_damaged' });
  });

  it('trains a head on features computed once per image', async () => {
    const spec = smallRun(newFolder(), { preset: 'quick', epochs: 3 });
    const first = train(spec);
    const result = await first.result;
    expect(result.state).toBe('finished');
    expect(first.phases).toContain('extracting');
    const weights = await weightsOf(spec.runFolder);

    const again = train(spec, 4, (control) => control('pause'));
    expect((await again.result).state).toBe('paused');
    expect(again.phases).not.toContain('extracting');
    expect((await train({ ...spec, resume: true }).result).state).toBe('finished');
    expect(await weightsOf(spec.runFolder)).toEqual(weights);
  });

  it('trains a head on a DINOv2 with registers, and writes a folder that transformers reads', async () => {
    const folder = newFolder();
    const config = parseVitConfig({
      model_type: 'dinov2_with_registers',
      image_size: 32,
      patch_size: 8,
      hidden_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 3,
      id2label: { 0: 'x' },
    });
    const backbone = initialiseParameters(parameterSpecs(config), 3);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(toHfConfig(config)));
    writeFileSync(join(folder, 'model.safetensors'), writeSafetensors(backbone, { format: 'pt' }));
    const spec: TrainSpec = {
      ...smallRun(folder, { preset: 'quick', epochs: 2 }),
      backbone: { kind: 'folder', folder },
      pipeline: defaultPipeline(32),
    };
    expect((await train(spec).result).state).toBe('finished');

    const modelFolder = bestFolder(spec.runFolder);
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(modelFolder, 'model.safetensors'))));
    expect([...tensors.keys()].sort()).toEqual([...backbone.keys()].sort());
    // CLS and the mean of the patches.
    expect(tensors.get('classifier.weight')?.shape).toEqual([2, 48]);
    expect(JSON.parse(readFileSync(join(modelFolder, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['Dinov2WithRegistersForImageClassification'],
      model_type: 'dinov2_with_registers',
      num_register_tokens: 4,
    });
    const { attention } = await engine.request('classify', {
      modelFolder,
      pipeline: spec.pipeline,
      device: 'cpu',
      threads: 1,
      batchSize: 4,
      rasters: spec.validation.map(({ raster }) => raster),
      attention: true,
      testTime: null,
    }).result;
    const maps = attention[0];
    expect(maps).toMatchObject({ gridHeight: 4, gridWidth: 4 });
    expect(maps?.rows).toHaveLength(2 * 3 * 16);
    expect(maps?.rollout).toHaveLength(16);
    // Weights this small look at all 21 tokens alike: 16 of them are patches.
    const sum = Array.from(maps?.rows.subarray(0, 16) ?? []).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(16 / 21, 2);
  });

  it('trains head and adapters of a SigLIP vision tower, and explains it without CLS', async () => {
    const folder = newFolder();
    const vision = { image_size: 36, patch_size: 8, hidden_size: 24, num_hidden_layers: 2, num_attention_heads: 3 };
    const config = parseVitConfig({ model_type: 'siglip', vision_config: vision, id2label: { 0: 'x' } });
    const backbone = initialiseParameters(parameterSpecs(config), 3);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(toHfConfig(config)));
    writeFileSync(join(folder, 'model.safetensors'), writeSafetensors(backbone, { format: 'pt' }));
    const settings: Partial<RunConfigInput>[] = [
      { preset: 'quick', headSolver: 'logistic' },
      { preset: 'lora', epochs: 1 },
    ];
    for (const chosen of settings) {
      const spec: TrainSpec = {
        ...smallRun(newFolder(), chosen),
        backbone: { kind: 'folder', folder },
        pipeline: defaultPipeline(36),
      };
      expect((await train(spec).result).state).toBe('finished');
      const modelFolder = bestFolder(spec.runFolder);
      const { parameters } = await loadModel(modelFolder);
      expect([...parameters.keys()].sort()).toEqual([...backbone.keys()].sort());
      expect(parameters.get('classifier.weight')?.shape).toEqual([2, 24]);
      const query = 'vision_model.encoder.layers.1.self_attn.q_proj.weight';
      const changed = !isDeepStrictEqual(parameters.get(query), backbone.get(query));
      expect(changed).toBe(chosen.preset === 'lora');
      const { attention } = await engine.request('classify', {
        modelFolder,
        pipeline: spec.pipeline,
        device: 'cpu',
        threads: 1,
        batchSize: 4,
        rasters: spec.validation.map(({ raster }) => raster),
        attention: true,
        testTime: null,
      }).result;
      // Four by four patches of 8 pixels; the last 4 pixels of each side fill none.
      expect(attention[0]).toMatchObject({ gridHeight: 4, gridWidth: 4, covered: 32 / 36 });
      const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
      expect(sum(attention[0]?.rows.subarray(0, 16) ?? new Float32Array())).toBeCloseTo(1, 5);
      expect(sum(attention[0]?.rollout ?? new Float32Array())).toBeCloseTo(1, 5);
    }
  });

  it('answers short requests while training, and drops a queued request when cancelled', async () => {
    const spec = run(newFolder());
    const training = train(spec);
    const waiting = train(run(newFolder()), undefined);
    const queued = engine.request('train', run(newFolder()));
    queued.control('cancel');
    await expect(queued.result).rejects.toMatchObject({ code: 'cancelled' });
    const { config, backbone } = spec;
    const size = { classes: ['a', 'b'], trainImages: 18, validationImages: 8 };
    const estimate = await engine.request('estimate', { config, backbone, ...size }).result;
    // 12 × 96² + 13 × 96 a block, 6 blocks; 65 positions and CLS; patches of 3 × 12 × 12; norm; head.
    const expected = 6 * (12 * 96 ** 2 + 13 * 96) + 66 * 96 + (432 + 1) * 96 + 192 + 97 * 2;
    expect(estimate).toMatchObject({
      parameters: expected,
      trainableParameters: expected,
      preparation: { height: 96, width: 96 },
      pretrained: false,
    });
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.memoryMB / undisturbed.result.peakMemoryMB).toBeGreaterThan(0.75);
    expect(estimate.memoryMB / undisturbed.result.peakMemoryMB).toBeLessThan(1.25);
    const order: string[] = [];
    await Promise.all([
      training.result.then(() => order.push('first')),
      waiting.result.then(() => order.push('second')),
    ]);
    expect(order).toEqual(['first', 'second']);
  });

  it('classifies with the best model and returns attention maps', async () => {
    const spec = run(newFolder());
    const request = {
      modelFolder: bestFolder(undisturbed.folder),
      pipeline: spec.pipeline,
      device: 'cpu' as const,
      threads: 1,
      rasters: spec.validation.map(({ raster }) => raster),
      testTime: null,
    };
    const one = await engine.request('classify', { ...request, batchSize: 1, attention: false }).result;
    const all = await engine.request('classify', { ...request, batchSize: 8, attention: true }).result;
    expect(one.classes).toEqual(['left', 'right']);
    for (const [index, value] of one.logits.entries()) expect(all.logits[index]).toBeCloseTo(value, 4);
    for (let i = 0; i < 8; i++) {
      expect((all.probabilities[2 * i] as number) + (all.probabilities[2 * i + 1] as number)).toBeCloseTo(1, 6);
    }
    // The metrics of the epoch that was best, from the same images.
    const right = spec.validation.filter(
      ({ label }, i) => (one.logits[2 * i + label] as number) > (one.logits[2 * i + 1 - label] as number),
    );
    expect(right.length / 8).toBeCloseTo(undisturbed.result.best?.value as number, 6);
    expect(all.attention).toHaveLength(8);
    const maps = all.attention[0];
    expect(maps).toMatchObject({ layers: 6, heads: 3, gridHeight: 8, gridWidth: 8 });
    expect(maps?.rows).toHaveLength(6 * 3 * 64);
    // A row of attention sums to 1 with CLS's own share, which is not shown.
    const sum = Array.from(maps?.rows.subarray(0, 64) ?? []).reduce((total, value) => total + value, 0);
    expect(sum).toBeGreaterThan(0.5);
    expect(sum).toBeLessThan(1);
    expect(maps?.rollout).toHaveLength(64);
  });
});

describe('test-time augmentation', { timeout: 180_000 }, () => {
  it('averages the evaluation view and augmented views of each image, in any order and batch', async () => {
    const { pipeline, validation, config } = run(newFolder());
    const modelFolder = bestFolder(undisturbed.folder);
    const augmentation = { ...config.augmentation, horizontalFlip: 0.5 };
    const rasters = validation.map(({ raster }) => raster);
    const common = { modelFolder, pipeline, device: 'cpu' as const, threads: 1 };
    const ask = (images: readonly RasterPlace[], batchSize: number, views: number, attention = false) => {
      const testTime = views === 0 ? null : { views, augmentation };
      return engine.request('classify', { ...common, rasters: images, batchSize, attention, testTime }).result;
    };
    const [plain, averaged] = [await ask(rasters, 8, 0, true), await ask(rasters, 8, 3, true)];

    // The same by hand: each view drawn, run alone, its softmax added up.
    const model = await loadModel(modelFolder);
    const classifier = await createClassifier({ ...model, device: 'cpu', threads: 1, batch: 1, attentions: false });
    for (const [index, place] of rasters.entries()) {
      const raster = readRaster(place);
      const content = createHash('sha256').update(raster.data).digest().readUIntBE(0, 6);
      const pixels = new Float32Array(3 * 96 * 96);
      let sum = plain.probabilities[2 * index] as number;
      for (const view of [1, 2, 3]) {
        augmentInto(raster, augmentation, pipeline, testTimeRandom(content, view), pixels, 0);
        const [left, right] = (await classifier.run(pixels, 1)).logits as unknown as [number, number];
        sum += 1 / (1 + Math.exp(right - left));
      }
      expect(averaged.probabilities[2 * index]).toBeCloseTo(sum / 4, 5);
      expect(averaged.logits[2 * index]).toBeCloseTo(Math.log(sum / 4), 4);
    }
    await classifier.dispose();
    const difference = Math.max(...averaged.probabilities.map((p, i) => Math.abs(p - (plain.probabilities[i] ?? 0))));
    expect(difference).toBeGreaterThan(1e-3);
    // Where it looked is shown on the image itself, not on a turned one.
    expect(averaged.attention).toHaveLength(8);
    expect(averaged.attention[5]?.rollout).toEqual(plain.attention[5]?.rollout);

    const backwards = await ask(rasters.toReversed(), 3, 3);
    for (let index = 0; index < 8; index++) {
      expect(backwards.probabilities[2 * index]).toBeCloseTo(averaged.probabilities[2 * (7 - index)] as number, 5);
    }
  });
});

describe('other requests', { timeout: 180_000 }, () => {
  it('exports an ONNX file with the same outputs as the model', async () => {
    const spec = run(newFolder());
    const outFile = join(spec.runFolder, '..', 'model.onnx');
    const { parity, comparison } = await engine.request('exportOnnx', {
      modelFolder: bestFolder(undisturbed.folder),
      outFile,
      pipeline: spec.pipeline,
      precision: 'fp32',
      samples: spec.validation,
      threads: 1,
    }).result;
    expect(comparison).toBeNull();
    expect(parity).toMatchObject({ agreement: 1, images: 8 });
    expect(parity.maxProbabilityDifference).toBeLessThan(1e-4);
    expect(readFileSync(outFile).length).toBeGreaterThan(2_500_000);
  });

  it('compares int8 with fp32 on labelled images, and exports the int8 file', async () => {
    const spec = run(newFolder());
    const modelFolder = bestFolder(undisturbed.folder);
    const { pipeline, validation: samples } = spec;
    const compared = await engine.request('comparePrecisions', { modelFolder, pipeline, samples, threads: 1 }).result;
    expect(compared).toMatchObject({ images: 8, agreement: expect.any(Number), warnings: expect.any(Array) });
    expect(compared.fp32.accuracy).toBeCloseTo(undisturbed.result.best?.value as number, 6);
    expect(compared.int8.bytes / compared.fp32.bytes).toBeLessThan(0.4);

    const outFile = join(spec.runFolder, '..', 'int8.onnx');
    const request = { modelFolder, outFile, pipeline, precision: 'int8', samples, threads: 1 } as const;
    const { parity, comparison } = await engine.request('exportOnnx', request).result;
    // Integer sums are exact: the same file gives the same answers.
    expect(comparison?.maxProbabilityDifference).toBe(compared.maxProbabilityDifference);
    expect(parity).toMatchObject({ agreement: compared.agreement, images: 8 });
    expect(readFileSync(outFile).length).toBe(compared.int8.bytes);
    expect(readdirSync(join(spec.runFolder, '..')).filter((name) => name.includes('incoming'))).toEqual([]);
    const empty = engine.request('comparePrecisions', { modelFolder, pipeline, samples: [], threads: 1 }).result;
    await expect(empty).rejects.toMatchObject({ code: 'empty_split' });
  });

  it('measures prediction in both precisions, alternately', async () => {
    const result = await engine.request('bench', {
      what: 'predict',
      backbone: 'vit-micro',
      batch: 2,
      device: 'cpu',
      threads: 1,
      steps: 3,
      precisions: ['int8', 'fp32'],
    }).result;
    expect([result.precision, ...result.others.map(({ precision }) => precision)]).toEqual(['int8', 'fp32']);
    for (const one of [result, ...result.others]) {
      for (const value of [one.imagesPerSecond, one.gemmGflops, one.utilisation]) expect(value).toBeGreaterThan(0);
      expect(one.flops).toBe(result.flops);
      expect(one.millisecondsPerImage.p95).toBeGreaterThanOrEqual(one.millisecondsPerImage.p50);
    }
  });

  it('accepts images of another size, and reports which sizes fit', async () => {
    const folder = newFolder();
    const spec = (imageSize: number): TrainSpec => {
      const small = smallRun(folder, { epochs: 1, imageSize });
      return { ...small, pipeline: defaultPipeline(imageSize), backbone: { kind: 'folder', folder: source } };
    };
    const source = bestFolder(undisturbed.folder);
    const ask = (imageSize: number) => {
      const { backbone, config } = spec(imageSize);
      const sizes = { classes: ['a', 'b'], trainImages: 18, validationImages: 8 };
      return engine.request('estimate', { backbone, config, ...sizes }).result;
    };
    const [same, smaller] = [await ask(96), await ask(48)];
    expect([same.preparation.height, smaller.preparation.height]).toEqual([96, 48]);
    expect(same.parameters - smaller.parameters).toBe((64 - 16) * 96);
    await expect(ask(50)).rejects.toMatchObject({
      code: 'image_size_unfit',
      hint: expect.stringContaining('48 or 60'),
    });

    // The recorded pipeline decides, whatever a version of Fovea takes for the backbone's own size.
    const { pipeline, ...recorded } = spec(48);
    const { notes, state } = await train({ ...recorded, pipeline, config: { ...recorded.config, imageSize: null } })
      .result;
    expect(state).toBe('finished');
    expect(notes.join(' ')).toContain('from 8 × 8 to 4 × 4 patches');
    const config = JSON.parse(readFileSync(join(bestFolder(spec(48).runFolder), 'config.json'), 'utf8'));
    expect(config.image_size).toBe(48);
  });

  it('rejects half precision where it cannot be computed, before anything starts', async () => {
    const folder = newFolder();
    for (const device of ['cpu', 'tfjs'] as const) {
      const spec = smallRun(folder, { epochs: 1, device, precision: 'fp16' });
      const { backbone, config } = spec;
      const sizes = { classes: ['a', 'b'], trainImages: 18, validationImages: 8 };
      const refusal = { code: 'precision_unavailable', hint: expect.stringContaining('fp32') };
      await expect(engine.request('estimate', { backbone, config, ...sizes }).result).rejects.toMatchObject(refusal);
      await expect(train(spec).result).rejects.toMatchObject(refusal);
    }
  });

  it('measures training together with the loader', async () => {
    const result = await engine.request('bench', {
      what: 'train',
      backbone: 'vit-micro',
      batch: 4,
      device: 'cpu',
      threads: 1,
      steps: 2,
      precisions: ['fp32'],
    }).result;
    for (const value of [result.imagesPerSecond, result.gemmGflops, result.utilisation, result.loaderImagesPerSecond]) {
      expect(value).toBeGreaterThan(0);
    }
    // Multiply-accumulates of one image: five whole blocks (12 × 96² a token, 2 × 65² × 96 for attention); of the last
    // block keys and values of all 65 tokens and the rest of CLS only, since the head reads nothing else; patches; head.
    const whole = 65 * 12 * 96 ** 2 + 2 * 65 ** 2 * 96;
    const last = (65 * 2 + 10) * 96 ** 2 + 2 * 65 * 96;
    const macs = 5 * whole + last + 64 * 432 * 96 + 96 * 3;
    expect(result.flops / (6 * macs)).toBeCloseTo(1, 2);
  });

  it('lists the processor, and says why a graphics device cannot be used', async () => {
    const { devices } = await engine.request('devices', {}).result;
    expect(devices[0]).toMatchObject({ id: 'cpu', available: true, reason: null });
    const webgpu = devices.find(({ id }) => id === 'webgpu');
    expect(webgpu?.available).toBe(webgpu?.reason === null);
    expect(webgpu?.halfPrecision?.available).toBe(webgpu?.halfPrecision?.reason === null);
    if (webgpu?.available === false) expect(webgpu.halfPrecision?.reason).toBe(webgpu.reason);
    const tfjs = devices.find(({ id }) => id === 'tfjs');
    expect(tfjs).toMatchObject({ available: true, name: expect.stringContaining('TensorFlow.js') });
    expect(`${tfjs?.reason} ${tfjs?.untested}`).toMatch(/setup:tfjs-gpu|CUDA|selftest/);
    // What was never run is marked, whether it is here or not.
    const untested = devices.filter((device) => device.untested?.includes('ntested on')).map(({ id }) => id);
    expect(untested).toEqual(['webgpu', 'cuda', 'dml', 'coreml']);
    for (const { available, reason } of devices) if (!available) expect(reason).not.toBeNull();
    // What `auto` stands for is one of those that are there.
    const { device, why } = await engine.request('fastestDevice', {}).result;
    expect(devices.find(({ id }) => id === device)?.available).toBe(true);
    expect(why).not.toBe('');
  });

  it('says what a missing device lacks, and predicts on the CPU with a model trained on it', async () => {
    // One that no machine of this system has.
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    const unavailable = { code: 'device_unavailable', message: expect.stringMatching(/macOS|Windows/) };
    const spec = run(newFolder());
    const elsewhere = { ...spec, config: { ...spec.config, device } } as const;
    await expect(train(elsewhere).result).rejects.toMatchObject(unavailable);
    await expect(engine.request('selftest', { casesFolder: null, device }).result).rejects.toMatchObject(unavailable);
    const modelFolder = bestFolder(undisturbed.folder);
    const request = {
      pipeline: spec.pipeline,
      threads: 1,
      batchSize: 1,
      attention: false,
      testTime: null,
      modelFolder,
    };
    const rasters = spec.validation.slice(0, 1).map(({ raster }) => raster);
    const [there, here] = [
      await engine.request('classify', { ...request, device, rasters }).result,
      await engine.request('classify', { ...request, device: 'cpu', rasters }).result,
    ];
    expect([...there.logits]).toEqual([...here.logits]);
  });

  it('names a folder that holds no model', async () => {
    const spec = run(newFolder());
    const options = { device: 'cpu' as const, threads: 1, batchSize: 1, attention: false, testTime: null };
    const request = { pipeline: spec.pipeline, ...options };
    const rasters = spec.validation.slice(0, 1).map(({ raster }) => raster);
    const missing = engine.request('classify', { ...request, modelFolder: join(spec.runFolder, 'no'), rasters });
    await expect(missing.result).rejects.toMatchObject({ code: 'model_missing' });
    const modelFolder = bestFolder(undisturbed.folder);
    const lost = rasters.map((place) => ({ ...place, file: join(spec.runFolder, 'no.raster') }));
    const gone = engine.request('classify', { ...request, modelFolder, rasters: lost });
    await expect(gone.result).rejects.toMatchObject({ code: 'raster_missing' });
  });
});

const isRoot = process.getuid?.() === 0;
describe.skipIf(!isRoot)('a full disk (needs root, to mount a small tmpfs)', { timeout: 180_000 }, () => {
  /** The first `best` (2.7 MB) and `last` (8 MB) fit; a second `last` beside the first does not. */
  async function onSmallDisk(work: (spec: TrainSpec, enlarge: () => void) => Promise<void>): Promise<void> {
    const spec = run(newFolder());
    mkdirSync(spec.runFolder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=14m', 'tmpfs', spec.runFolder]);
    try {
      await work(spec, () => execFileSync('mount', ['-o', 'remount,size=64m', spec.runFolder]));
    } finally {
      execFileSync('umount', [spec.runFolder]);
    }
  }

  it('stalls the run, says how much to free, and resumes by itself once there is space', () =>
    onSmallDisk(async (spec, enlarge) => {
      const reasons: (ErrorInfo | null)[] = [];
      const stalled = train(
        spec,
        undefined,
        () => {},
        (reason) => {
          reasons.push(reason);
          if (reason !== null) enlarge();
        },
      );
      const result = await stalled.result;
      expect(reasons).toEqual([
        { code: 'disk_full', message: expect.any(String), hint: expect.stringMatching(/^Free [4-8] MB, then resume/) },
        null,
      ]);
      expect(metricsOf(result)).toEqual(metricsOf(undisturbed.result));
      expect(await weightsOf(spec.runFolder)).toEqual(undisturbed.weights);
      // No step was done twice: the weights were kept in memory.
      const lines = readFileSync(join(spec.runFolder, 'log.ndjson'), 'utf8').trimEnd().split('\n');
      const steps = lines.map((line) => JSON.parse(line) as LogRecord).filter(({ kind }) => kind === 'step');
      expect(steps).toHaveLength(9);
    }));

  it('ends with its last complete checkpoint when paused meanwhile, and resumes once there is space', () =>
    onSmallDisk(async (spec, enlarge) => {
      const stalled = train(
        spec,
        undefined,
        () => {},
        (reason, control) => {
          if (reason !== null) control('pause');
        },
      );
      await expect(stalled.result).rejects.toMatchObject({ code: 'disk_full', hint: expect.stringContaining('Free') });
      const checkpoint = await openCheckpoint(lastFolder(spec.runFolder));
      expect(checkpoint?.trainer.state.step).toBe(3);
      expect(readdirSync(join(spec.runFolder, 'checkpoints')).filter((name) => name.includes('.'))).toEqual([]);
      enlarge();
      const result = await train({ ...spec, resume: true }).result;
      expect(metricsOf(result)).toEqual(metricsOf(undisturbed.result));
      expect(await weightsOf(spec.runFolder)).toEqual(undisturbed.weights);
    }));
});

describe.skipIf(!isRoot)('the log of a run on a full disk', () => {
  it('keeps its lines in memory until there is space', async () => {
    const folder = newFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
    try {
      const log = await openRunLog(folder);
      const record = (at: string): LogRecord => ({ kind: 'note', at, message: 'x'.repeat(1000) });
      for (let i = 0; i < 40; i++) log.append(record(`${i}`));
      expect(() => log.flush()).toThrow(expect.objectContaining({ code: 'disk_full' }));
      execFileSync('mount', ['-o', 'remount,size=1m', folder]);
      log.append(record('40'));
      log.close();
      const lines = readFileSync(join(folder, 'log.ndjson'), 'utf8').trimEnd().split('\n');
      const written = lines.map((line) => JSON.parse(line) as LogRecord);
      expect(written).toEqual(Array.from({ length: 41 }, (_, i) => record(`${i}`)));
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
