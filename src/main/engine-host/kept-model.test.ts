import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import type { NamedTensors } from '../engine/tensor';
import { launchNodeHost } from '../process/node-launcher';
import { openCheckpoint, readOptimizer } from './checkpoint-files';
import { bestFolder, lastFolder } from './checkpoint-slots';
import { createEngineClient, type EngineClient } from './client';
import type { TrainSpec } from './protocol';
import { hashFile, readTensorsFile } from './tensor-files';
import { buildEngineHost, smallRun, temporaryFolder } from './test-support';

/** What `best` keeps where it differs from what trains. */

let engine: EngineClient;
const folders: string[] = [];
const newFolder = () => {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
};

beforeAll(async () => {
  engine = createEngineClient({ launcher: launchNodeHost, entry: await buildEngineHost('engine-host-kept-model') });
}, 180_000);
afterAll(() => {
  engine.dispose();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Trains; pauses when something is logged. */
async function train(spec: TrainSpec, until: (record: LogRecord) => boolean = () => false) {
  const call = engine.request('train', spec, {
    onLog: (record) => {
      if (until(record)) call.control('pause');
    },
  });
  return await call.result;
}
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
  ] as const)('validates and keeps the average, and trains on with the weights: %s, %s', async (preset, optimizer) => {
    const config: Partial<RunConfigInput> = { preset, optimizer, epochs: 1, learningRate: 1e-2, emaDecay: 0.9 };
    const spec = smallRun(newFolder(), config);
    const result = await train(spec);
    const plain = smallRun(newFolder(), { ...config, emaDecay: null });
    await train(plain);

    const [best, last] = [await weights(bestFolder(spec.runFolder)), await weights(lastFolder(spec.runFolder))];
    const averages = await averagesOf(lastFolder(spec.runFolder));
    expect(last).toEqual(await weights(lastFolder(plain.runFolder)));
    expect(averages.size).toBe(preset === 'quick' ? 2 : last.size);
    expect(best).toEqual(new Map([...last, ...averages]));
    expect(best.get('classifier.weight')).not.toEqual(last.get('classifier.weight'));
    expect(result.history[0]?.metrics.loss).toBeCloseTo(await lossOfBest(spec), 5);
  });

  it('begins a new average in each stage, and goes on from pauses to the same bits', async () => {
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
