import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { loraOf } from '#shared/training/lora';
import type { NamedTensors } from '../../engine/tensor';
import { mergeAdapters } from '../../engine/vit/lora';
import type { TrainSpec } from '../core/protocol';
import { openCheckpoint, readConfig, readOptimizer, readParameters } from '../models/checkpoint-files';
import { bestFolder, lastFolder } from '../models/checkpoint-slots';
import { loadBackbone } from '../models/load-backbone';
import { hashFile, readTensorsFile } from '../models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from '../test-support';

/** What `best` keeps where it differs from what trains. */

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-kept-model');

/** Trains; pauses when something is logged. */
async function train(spec: TrainSpec, until: (record: LogRecord) => boolean = () => false) {
  const call = engine.request('train', spec, {
    onLog: (record) => {
      if (until(record)) call.control('pause');
    },
  });
  return await call.result;
}
/** The bytes of each tensor, for quick comparison. */
const bits = (tensors: NamedTensors) =>
  Object.fromEntries(
    [...tensors].map(([name, { data }]) => [
      name,
      createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex'),
    ]),
  );
const step = (number: number) => (record: LogRecord) => record.kind === 'step' && record.step === number;

const weights = (folder: string): Promise<NamedTensors> => readTensorsFile(join(folder, 'model.safetensors'));
async function averagesOf(folder: string): Promise<NamedTensors> {
  const checkpoint = await openCheckpoint(folder);
  return (checkpoint === null ? null : await readOptimizer(checkpoint))?.averages ?? new Map();
}
const hashes = async ({ runFolder }: TrainSpec) =>
  Promise.all(
    [
      join(lastFolder(runFolder), 'model.safetensors'),
      join(lastFolder(runFolder), 'optimizer.safetensors'),
      join(bestFolder(runFolder), 'model.safetensors'),
    ].map((path) => hashFile(path)),
  );

/** Mean cross-entropy of `best` on the validation images, as evaluation computes it. */
async function lossOfBest(spec: TrainSpec): Promise<number> {
  const { probabilities } = await engine.request('classify', {
    modelFolder: bestFolder(spec.runFolder),
    pipeline: spec.pipeline,
    device: 'cpu',
    threads: 1,
    batchSize: 4,
    rasters: spec.validation.map(({ raster }) => raster),
    attention: false,
    testTime: null,
  }).result;
  const logs = spec.validation.map(({ label }, index) => Math.log(probabilities[2 * index + label] as number));
  return -logs.reduce((sum, value) => sum + value, 0) / logs.length;
}

describe('a run that averages its weights', { timeout: 180_000 }, () => {
  it.each([
    ['full', 'adamw'],
    ['quick', 'sgd'],
  ] as const)('validates and saves the average, and trains on with the weights: %s, %s', async (preset, optimizer) => {
    const config: Partial<RunConfigInput> = { preset, optimizer, epochs: 1, learningRate: 1e-2, emaDecay: 0.9 };
    const spec = smallRun(newFolder(), config);
    const result = await train(spec);
    const plain = smallRun(newFolder(), { ...config, emaDecay: null });
    await train(plain);

    const [best, last] = [await weights(bestFolder(spec.runFolder)), await weights(lastFolder(spec.runFolder))];
    const averages = await averagesOf(lastFolder(spec.runFolder));
    expect(bits(last)).toEqual(bits(await weights(lastFolder(plain.runFolder))));
    expect(averages.size).toBe(preset === 'quick' ? 2 : last.size);
    expect(bits(best)).toEqual(bits(new Map([...last, ...averages])));
    expect(best.get('classifier.weight')).not.toEqual(last.get('classifier.weight'));
    expect(result.history[0]?.metrics.loss).toBeCloseTo(await lossOfBest(spec), 5);
  });

  it('starts a new average in each stage, and resumes from pauses to identical weights', async () => {
    const careful = (folder: string) =>
      smallRun(folder, { preset: 'careful', headEpochs: 1, epochs: 2, emaDecay: 0.6, bestMetric: 'loss' });
    const whole = careful(newFolder());
    await train(whole);
    const cut = careful(newFolder());
    expect((await train(cut, step(2))).state).toBe('paused');
    expect((await averagesOf(lastFolder(cut.runFolder))).size).toBe(2);
    expect((await train({ ...cut, resume: true }, step(5))).state).toBe('paused');
    expect((await averagesOf(lastFolder(cut.runFolder))).size).toBe((await weights(lastFolder(cut.runFolder))).size);
    expect((await train({ ...cut, resume: true })).state).toBe('finished');
    expect(await hashes(cut)).toEqual(await hashes(whole));
  });
});

describe('a run with adapters', { timeout: 180_000 }, () => {
  const adapted = (folder: string, config: Partial<RunConfigInput> = {}) =>
    smallRun(folder, { preset: 'lora', loraRank: 3, loraAlpha: 6, learningRate: 1e-2, ...config });

  it.each([null, 0.9])('saves the merged model, and the adapters beside the backbone: average %o', async (emaDecay) => {
    const spec = adapted(newFolder(), { epochs: 1, emaDecay, loraTargets: 'attention' });
    const result = await train(spec);
    const backbone = await loadBackbone(spec.backbone, spec.classes, spec.config.seed, null);
    const last = await openCheckpoint(lastFolder(spec.runFolder));
    if (last === null) throw new Error('no checkpoint');
    const parameters = await readParameters(last);
    const isOwn = (name: string) => name.includes('lora_') || name.startsWith('classifier.');
    const frozen = new Map([...parameters].filter(([name]) => !isOwn(name)));
    expect(bits(frozen)).toEqual(bits(new Map([...backbone.parameters].filter(([name]) => !isOwn(name)))));
    const averages = await averagesOf(lastFolder(spec.runFolder));
    const trained = [...parameters.keys()].filter(isOwn).sort();
    // A and B for each of four projections in six blocks, weight and bias.
    expect(trained).toHaveLength(2 * 4 * 6 + 2);
    expect([...averages.keys()].sort()).toEqual(emaDecay === null ? [] : trained);
    const best = await weights(bestFolder(spec.runFolder));
    const expected = mergeAdapters(await readConfig(last), loraOf(spec.config), new Map([...parameters, ...averages]));
    expect(bits(best)).toEqual(bits(expected));
    expect([...best.keys()].sort()).toEqual([...backbone.parameters.keys()].sort());
    expect(result.history[0]?.metrics.loss).toBeCloseTo(await lossOfBest(spec), 5);

    const at = join(lastFolder(spec.runFolder), 'adapter');
    expect(JSON.parse(readFileSync(join(at, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 3,
      lora_alpha: 6,
      modules_to_save: ['classifier'],
    });
    const names = [...(await readTensorsFile(join(at, 'adapter_model.safetensors'))).keys()];
    expect(names).toContain('base_model.model.classifier.weight');
    expect(names).toContain('base_model.model.vit.encoder.layer.0.attention.attention.query.lora_A.weight');
    expect(names).toContain('base_model.model.vit.layers.5.attention.o_proj.lora_B.weight');
  });

  it('resumes from a pause to identical weights', async () => {
    const whole = adapted(newFolder(), { optimizer: 'sgd', emaDecay: 0.5 });
    await train(whole);
    const cut = adapted(newFolder(), { optimizer: 'sgd', emaDecay: 0.5 });
    expect((await train(cut, step(2))).state).toBe('paused');
    expect((await train({ ...cut, resume: true })).state).toBe('finished');
    const adapter = async ({ runFolder }: TrainSpec) =>
      hashFile(join(lastFolder(runFolder), 'adapter', 'adapter_model.safetensors'));
    expect(await hashes(cut)).toEqual(await hashes(whole));
    expect(await adapter(cut)).toBe(await adapter(whole));
  });

  it('resumes from its best model with new adapters if everything else is damaged', async () => {
    const spec = adapted(newFolder(), { epochs: 2 });
    expect((await train(spec, (record) => record.kind === 'epoch')).state).toBe('paused');
    for (const folder of ['last', 'before']) {
      rmSync(join(spec.runFolder, 'checkpoints', folder, 'adapter'), { recursive: true, force: true });
    }
    const { state, notes } = await train({ ...spec, resume: true });
    expect(state).toBe('finished');
    expect(notes.join(' ')).toContain('is missing');
  });

  it('is estimated by its trainable parameters', async () => {
    const { config, backbone } = adapted(newFolder());
    const sizes = { classes: ['a', 'b'], trainImages: 18, validationImages: 8 };
    const estimate = (preset: RunConfigInput['preset']) =>
      engine.request('estimate', { backbone, config: { ...config, preset: preset ?? 'full' }, ...sizes }).result;
    const [lora, full] = [await estimate('lora'), await estimate('full')];
    // Rank 3 for query and value of six blocks of width 96; the head.
    expect(lora.trainableParameters).toBe(6 * 2 * 2 * 3 * 96 + 2 * 96 + 2);
    expect(lora.memoryMB).toBeLessThan(full.memoryMB);
    expect(lora.seconds ?? 0).toBeLessThan(full.seconds ?? 0);
  });
});
