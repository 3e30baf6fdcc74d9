import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord, StepRecord } from '#shared/models/run';
import type { NamedTensors } from '../../engine/tensor';
import type { TrainSpec } from '../core/protocol';
import { openCheckpoint } from '../models/checkpoint-files';
import { bestFolder, lastFolder } from '../models/checkpoint-slots';
import { loadBackbone } from '../models/load-backbone';
import { hashFile, readTensorsFile } from '../models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from '../test-support';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-stages');

/** 18 images in steps of 8: three steps an epoch, two epochs a stage. */
const gradual = (folder: string) =>
  smallRun(folder, {
    ...{ preset: 'gradual', stageEpochs: 2, learningRate: 1e-3, schedule: 'constant', warmupRatio: 0 },
    ...{ dropout: 0.1, attentionDropout: 0.1, dropPath: 0.1, patchDropout: 0.5 },
  });

/** Trains until something is logged, then pauses or kills; from the beginning or from the last checkpoint. */
async function train(
  spec: TrainSpec,
  until: (record: LogRecord) => boolean = () => false,
  act: 'pause' | 'kill' = 'pause',
) {
  const log: LogRecord[] = [];
  const call = engine.request('train', spec, {
    onLog: (record) => {
      log.push(record);
      if (!until(record)) return;
      if (act === 'pause') call.control('pause');
      else process.kill(engine.pid as number, 'SIGKILL');
    },
  });
  return { result: await call.result, log };
}
const step = (number: number) => (record: LogRecord) => record.kind === 'step' && record.step === number;
/** The checkpoint that follows gives a pause time to arrive, so the run stands at this epoch's end. */
const epoch = (number: number) => (record: LogRecord) => record.kind === 'epoch' && record.epoch === number;

const weights = (folder: string): Promise<NamedTensors> => readTensorsFile(join(folder, 'model.safetensors'));
const hashes = async ({ runFolder }: TrainSpec) => ({
  model: await hashFile(join(lastFolder(runFolder), 'model.safetensors')),
  optimizer: await hashFile(join(lastFolder(runFolder), 'optimizer.safetensors')),
  best: await hashFile(join(bestFolder(runFolder), 'model.safetensors')),
});

/** Parts of the model ("classifier", "block 5", "rest") whose weights differ. */
function changed(before: NamedTensors, after: NamedTensors): string[] {
  const parts = new Set<string>();
  for (const [name, { data }] of before) {
    if (data.every((value, index) => value === after.get(name)?.data[index])) continue;
    const block = /encoder\.layer\.(\d+)\./.exec(name)?.[1];
    parts.add(name.startsWith('classifier') ? 'classifier' : block === undefined ? 'rest' : `block ${block}`);
  }
  return [...parts].sort();
}

describe('a run in stages', { timeout: 180_000 }, () => {
  it('trains each stage’s layers at its rate, and resumes from every pause to identical weights', async () => {
    const whole = gradual(newFolder());
    const { result, log } = await train(whole);
    expect(result.state).toBe('finished');
    const steps = log.filter((record) => record.kind === 'step');
    expect(steps.map(({ stage }) => stage)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    // The head's own rate, the run's, a tenth of it.
    expect([1, 7, 13].map((number) => steps[number - 1]?.learningRate)).toEqual([1e-3, 1e-3, 1e-4]);

    const cut = gradual(newFolder());
    const { parameters } = await loadBackbone(cut.backbone, cut.classes, cut.config.seed, null);
    const seen: NamedTensors[] = [parameters];
    const places: number[][] = [];
    for (const until of [epoch(2), step(7), epoch(4), step(13), undefined]) {
      const { result: part } = await train({ ...cut, resume: places.length > 0 }, until);
      expect(part.state).toBe(until === undefined ? 'finished' : 'paused');
      seen.push(await weights(lastFolder(cut.runFolder)));
      const { state } = (await openCheckpoint(lastFolder(cut.runFolder)))?.trainer ?? {};
      places.push([state?.stage ?? -1, state?.stageStep ?? -1]);
    }
    expect([places[0], places[2], places[4]]).toEqual([
      [0, 6],
      [1, 6],
      [2, 6],
    ]);
    expect(places[1]?.[0]).toBe(1);
    expect(places[3]?.[0]).toBe(2);
    // The run's dropout is not a property of the model.
    expect(JSON.parse(await readFile(join(lastFolder(cut.runFolder), 'config.json'), 'utf8'))).toMatchObject({
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0,
    });
    const moves = seen.slice(1).map((after, index) => changed(seen[index] as NamedTensors, after));
    const all = ['block 0', 'block 1', 'block 2', 'block 3', 'block 4', 'block 5', 'classifier', 'rest'];
    expect(moves).toEqual([['classifier'], ['block 5', 'classifier'], ['block 5', 'classifier'], all, all]);
    expect(await hashes(cut)).toEqual(await hashes(whole));
    expect(result.history.map((record) => [record.epoch, record.stage, record.step])).toEqual([
      [1, 0, 3],
      [2, 0, 6],
      [3, 1, 9],
      [4, 1, 12],
      [5, 2, 15],
      [6, 2, 18],
    ]);
  });

  it('resumes after a kill in a later stage to identical weights', async () => {
    const careful = (folder: string) =>
      smallRun(folder, { preset: 'careful', headEpochs: 2, epochs: 2, layerDecay: 0.5, mixup: 0.4 });
    const whole = careful(newFolder());
    const { log } = await train(whole);
    // Embeddings lie seven layers below the head; the head alone is all there is in the first stage.
    const [first, last] = [log[0], log.findLast(({ kind }) => kind === 'step')];
    expect(first).not.toHaveProperty('lowestLearningRate');
    expect(last).toHaveProperty('lowestLearningRate', (last as StepRecord).learningRate / 2 ** 7);
    const killed = careful(newFolder());
    await expect(train(killed, step(8), 'kill')).rejects.toMatchObject({ code: 'engine_crashed' });
    const { result } = await train({ ...killed, resume: true });
    expect(result.state).toBe('finished');
    expect(await hashes(killed)).toEqual(await hashes(whole));
  });

  it('starts the second stage of a careful run from the trained head', async () => {
    const spec = smallRun(newFolder(), { preset: 'careful', headEpochs: 3, epochs: 1 });
    const head = await train(spec, epoch(3));
    expect(head.result.state).toBe('paused');
    const probe = await weights(lastFolder(spec.runFolder));
    const quick = smallRun(newFolder(), { preset: 'quick', epochs: 3 });
    await train(quick);
    // The same head as a run of the head alone.
    expect(changed(probe, await weights(lastFolder(quick.runFolder)))).toEqual([]);
    const { result, log } = await train({ ...spec, resume: true });
    expect(result.state).toBe('finished');
    expect(log.filter((record) => record.kind === 'step').map((record) => record.stage)).toEqual([1, 1, 1]);
  });

  it('is estimated stage by stage', async () => {
    const { config, backbone } = gradual(newFolder());
    const sizes = { classes: ['a', 'b'], trainImages: 18, validationImages: 8 };
    const estimate = await engine.request('estimate', { backbone, config, ...sizes }).result;
    const head = 2 * 96 + 2;
    const block = 12 * 96 ** 2 + 13 * 96;
    expect(estimate.stageParameters).toEqual([head, head + block, estimate.parameters]);
    expect(estimate.trainableParameters).toBe(estimate.parameters);
  });
});

describe('the learning rate test', { timeout: 180_000 }, () => {
  it('finds the same rate each time, between one that does nothing and one that explodes', async () => {
    const { runFolder: _, resume: __, ...spec } = smallRun(newFolder(), { preset: 'quick' });
    const steps: number[] = [];
    const finding = await engine.request('findLearningRate', spec, {
      onProgress: (phase, done) => {
        if (phase === 'trying-rates') steps.push(done);
      },
    }).result;
    expect(finding.stage).toBe('Head');
    expect(steps.length).toBeGreaterThan(20);
    expect(finding.points[0]?.learningRate).toBe(1e-7);
    // Rates that do nothing leave the loss where it was, whatever images a batch holds.
    const first = finding.points[0]?.loss as number;
    for (const { loss } of finding.points.slice(0, 20)) expect(Math.abs(loss - first)).toBeLessThan(0.001 * first);
    expect(finding.suggestion).toBeGreaterThan(1e-5);
    expect(finding.suggestion).toBeLessThan(0.3);
    // The same seed sees the same batches.
    expect(await engine.request('findLearningRate', spec).result).toEqual(finding);
  });

  it('trains the stage that the rate is for', async () => {
    const { runFolder: _, resume: __, ...spec } = smallRun(newFolder(), { preset: 'gradual' });
    expect(await engine.request('findLearningRate', spec).result).toMatchObject({ stage: 'Head and last block' });
  });

  it('can be cancelled', async () => {
    const { runFolder: _, resume: __, ...spec } = smallRun(newFolder());
    const call = engine.request('findLearningRate', spec, { onProgress: () => call.control('cancel') });
    await expect(call.result).rejects.toMatchObject({ code: 'cancelled' });
  });
});
