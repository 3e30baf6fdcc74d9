import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord, RunProgress } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { relativeError } from '../../engine/selftest/check';
import type { TrainSpec } from '../core/protocol';
import { lastFolder } from '../models/checkpoint-slots';
import { hashFile, readTensorsFile } from '../models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from '../test-support';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-last-blocks');

/** Dropout, and classes drawn again within an epoch, which then show their next view. */
const lastBlocks = (folder: string, name: string, config: Partial<RunConfigInput> = {}): TrainSpec => ({
  ...smallRun(folder, {
    ...{ preset: 'last-blocks', lastBlocks: 2, frontierViews: 2, epochs: 3, learningRate: 3e-4 },
    ...{ dropout: 0.1, dropPath: 0.1, classBalance: 'weighted-sampler', ...config },
  }),
  runFolder: join(folder, name),
});

async function train(spec: TrainSpec, pauseAt = 0) {
  const extracted: RunProgress['counted'][] = [];
  const log: LogRecord[] = [];
  const call = engine.request('train', spec, {
    onRunProgress: ({ phase, counted }) => {
      if (phase === 'extracting') extracted.push(counted);
    },
    onLog: (record) => {
      log.push(record);
      if (record.kind === 'step' && record.step === pauseAt) call.control('pause');
    },
  });
  const { state, history } = await call.result;
  const notes = log.flatMap((record) => (record.kind === 'note' ? [record.message] : []));
  return { state, history, extracted, notes };
}
const modelFile = ({ runFolder }: TrainSpec) => join(lastFolder(runFolder), 'model.safetensors');

describe('last blocks', { timeout: 180_000 }, () => {
  it('train on inputs that are computed once, as on those that are computed in every epoch', async () => {
    const folder = newFolder();
    // Inputs that an earlier run kept.
    const old = join(folder, 'cache', 'frontier', 'old');
    mkdirSync(old, { recursive: true });
    writeFileSync(join(old, 'old.rows'), new Uint8Array(1000));
    utimesSync(join(old, 'old.rows'), 1, 1);
    // 2 views of 18 images and 8 for validation, of 65 tokens of 96 half floats.
    const kept = lastBlocks(folder, 'kept', { frontierGigabytes: (44 * (65 * 96 * 2 + 20) + 100) / 1e9 });
    const first = await train(kept);
    expect(first.state).toBe('finished');
    expect(first.extracted[0]).toEqual({ done: 0, total: 44 });
    expect(first.notes).toEqual([]);
    const folders = readdirSync(join(folder, 'cache', 'frontier'));
    expect(folders).toHaveLength(3);
    expect(folders).not.toContain('old');

    const computed = lastBlocks(folder, 'computed', { frontierGigabytes: 0 });
    const second = await train({ ...computed, cacheFolder: join(folder, 'other') });
    expect(second.notes[0]).toMatch(
      /^The inputs of the last blocks take 0\.0 GB on disk, more than the 0\.0 GB allowed/,
    );
    expect(second.extracted).toEqual([]);
    expect(second.history).toHaveLength(3);
    const [mine, theirs] = [await readTensorsFile(modelFile(kept)), await readTensorsFile(modelFile(computed))];
    for (const [name, { data }] of theirs) {
      // The gradient of the key's bias is nothing but rounding: softmax ignores it.
      if (name.endsWith('key.bias')) continue;
      const isTrained = /layer\.[45]\.|vit\.layernorm|classifier/.test(name);
      const error = relativeError(mine.get(name)?.data ?? new Float32Array(), data);
      expect(error, name).toBeLessThan(isTrained ? 5e-3 : 1e-12);
    }
    expect(first.history.at(-1)?.validationLoss).toBeCloseTo(second.history.at(-1)?.validationLoss ?? 0, 3);
  });

  it('continue exactly after a pause, even if an input was damaged meanwhile', async () => {
    const folder = newFolder();
    const whole = lastBlocks(folder, 'whole');
    await train(whole);
    const paused = lastBlocks(folder, 'paused');
    const before = await train(paused, 4);
    expect([before.state, before.extracted]).toEqual(['paused', []]);
    const key = readdirSync(join(folder, 'cache', 'frontier'))[0] as string;
    const cache = join(folder, 'cache', 'frontier', key);
    const rows = join(cache, readdirSync(cache)[0] as string);
    const bytes = readFileSync(rows);
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 1;
    writeFileSync(rows, bytes);
    const after = await train({ ...paused, resume: true });
    expect([after.state, after.extracted[0]]).toEqual(['finished', { done: 43, total: 44 }]);
    expect(await hashFile(modelFile(paused))).toBe(await hashFile(modelFile(whole)));
  });

  it('show new views in every epoch if none are kept, as with mixup', async () => {
    const folder = newFolder();
    for (const config of [{ frontierViews: 0 }, { mixup: 0.2 }]) {
      const { state, extracted } = await train(
        lastBlocks(folder, JSON.stringify(config).slice(2, 7), { ...config, epochs: 1 }),
      );
      expect([state, extracted]).toEqual(['finished', []]);
    }
    expect(readdirSync(folder)).not.toContain('cache');
  });
});
