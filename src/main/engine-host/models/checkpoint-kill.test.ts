import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { createRandom } from '#shared/imaging/random';
import type { LogRecord } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import { planSteps } from '#shared/training/plan';
import type { NamedTensors } from '../../engine/tensor';
import { nextStage } from '../../engine/train/checkpoint';
import { runTrainingLoop } from '../../engine/train/loop';
import type { Batch, TrainingSession } from '../../engine/train/session';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { findStartingPoint } from '../training/resume';
import { writeCheckpoint } from './checkpoint-files';
import { bestSlot, type CheckpointSlot, lastSlot } from './checkpoint-slots';
import { hashFile } from './tensor-files';

/**
 * A process that dies at the k-th operation that changes something on the disk, and does nothing after it: not what it
 * was about to do, not what a `finally` would. Writes and removals are cut in half, as a kill would cut them. `flipBit`
 * changes what the next write puts on the disk.
 */
const disk = vi.hoisted(() => ({ operations: 0, dieAt: Number.POSITIVE_INFINITY, flipBit: false }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const killed = () => Object.assign(new Error('killed'), { code: 'KILLED' });
  /** Completes `half` of the operation in which the process dies. */
  const guard = async <T>(whole: () => Promise<T>, half: () => Promise<unknown> = async () => {}): Promise<T> => {
    disk.operations += 1;
    if (disk.operations > disk.dieAt) throw killed();
    if (disk.operations < disk.dieAt) return whole();
    await half();
    throw killed();
  };
  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    if (disk.operations >= disk.dieAt) throw killed();
    return read();
  };
  const changed = (bytes: Uint8Array): Uint8Array => {
    if (!disk.flipBit || bytes.length < 1000) return bytes;
    disk.flipBit = false;
    return bytes.with(500, (bytes[500] as number) ^ 1);
  };
  return {
    ...real,
    mkdir: (...given: Parameters<typeof real.mkdir>) => guard(() => real.mkdir(...given)),
    rename: (...given: Parameters<typeof real.rename>) => guard(() => real.rename(...given)),
    stat: (path: string) => reading(() => real.stat(path)),
    readdir: (path: string) => reading(() => real.readdir(path)),
    readFile: (path: string, encoding: 'utf8') => reading(() => real.readFile(path, encoding)),
    rm: (path: string, options: Parameters<typeof real.rm>[1]) =>
      guard(
        () => real.rm(path, options),
        async () => {
          const files = await real.readdir(path).catch(() => []);
          for (const name of files.slice(0, Math.ceil(files.length / 2))) await real.rm(join(path, name));
        },
      ),
    open: async (path: string, flags: string) => {
      const file = await (flags === 'r' ? reading : guard)(() => real.open(path, flags));
      return {
        stat: () => reading(() => file.stat()),
        read: (...given: [Uint8Array, number, number, number]) => reading(() => file.read(...given)),
        write: (bytes: Uint8Array, at: number) =>
          guard(
            () => file.write(changed(bytes), at),
            () => file.write(bytes, at, (bytes.length - at) >> 1),
          ),
        // A flush takes milliseconds, and a kill, unlike a power cut, does not undo writes.
        sync: () => guard(async () => {}),
        close: () => file.close(),
      };
    },
  };
});

const VIT: VitConfig = {
  ...(architectureByName('vit-micro', ['a', 'b']) as VitConfig),
  hiddenSize: 12,
  intermediateSize: 24,
  layers: 1,
};
const WIDTH = 300;

/** Adam without a model: each step is a function of all steps before, as a training's is. */
function createToySession(start: NamedTensors, memory: Float32Array): TrainingSession {
  const weights = Float32Array.from(start.get('classifier.weight')?.data ?? []);
  const first = Float32Array.from(memory);
  let step = 0;
  const tensor = (data: Float32Array): NamedTensors =>
    new Map([['classifier.weight', { shape: [WIDTH], data: Float32Array.from(data) }]]);
  return {
    step: async (batches, rate) => {
      step += 1;
      for (let i = 0; i < WIDTH; i++) {
        const gradient = Math.sin(
          (weights[i] as number) * 7 + batches.reduce((sum, { pixels }) => sum + (pixels[0] ?? 0), i),
        );
        first[i] = 0.9 * (first[i] as number) + 0.1 * gradient;
        weights[i] = (weights[i] as number) - rate * (first[i] as number);
      }
      return { loss: Math.abs(weights[3] as number), gradientNorm: Math.abs(first[0] as number) };
    },
    logits: async (_, count) => weights.slice(0, 2 * count),
    parameters: async () => tensor(weights),
    averagedParameters: async () => tensor(weights),
    optimizer: async () => ({ step, firstMoments: tensor(first), secondMoments: new Map(), averages: new Map() }),
    dispose: async () => {},
  };
}

const config = runConfigSchema.parse({
  backbone: 'toy',
  preset: 'careful',
  headEpochs: 1,
  epochs: 1,
  batchSize: 2,
  gradientAccumulation: 2,
  learningRate: 0.3,
  // Another best in the second stage, whatever the values are.
  bestMetric: 'loss',
});

/** Steps that the last save of this life holds. */
let savedSteps = 0;

/** One life of the process: from where it stands on disk to the end of the run, or to its death. */
async function live(folder: string): Promise<void> {
  const plan = planSteps(config, 6);
  const found = await findStartingPoint(folder, 'the run');
  let { state } = found;
  let parameters =
    found.model?.parameters ?? new Map([['classifier.weight', { shape: [WIDTH], data: new Float32Array(WIDTH) }]]);
  let memory = found.optimizer?.firstMoments.get('classifier.weight')?.data ?? new Float32Array(WIDTH);
  for (;;) {
    if (state.finished && state.stage === plan.stages.length - 1) return;
    if (state.finished) {
      state = nextStage(state);
      memory = new Float32Array(WIDTH);
    }
    const session = createToySession(parameters, memory);
    const save = async (slot: CheckpointSlot, reached: typeof state, withOptimizer: boolean) =>
      writeCheckpoint(slot, {
        config: VIT,
        pipeline: defaultPipeline(96),
        lora: null,
        parameters: await session.parameters(),
        optimizer: withOptimizer ? await session.optimizer() : null,
        trainer: {
          run: 'the run',
          backbone: 'toy',
          random: { algorithm: 'xoshiro128**', seed: 1, epoch: 1 },
          state: reached,
          notes: [],
        },
      });
    const batch = (positions: readonly number[]): Batch => ({
      pixels: Float32Array.from(positions),
      labels: new Int32Array(positions.length),
      count: positions.length,
    });
    const result = await runTrainingLoop({
      config,
      plan,
      classes: 2,
      trainImages: 6,
      samplingWeights: null,
      chanceLoss: Math.LN2,
      validationLabels: Int32Array.of(0, 1),
      session,
      batches: {
        training: async function* (_epoch, micro, first) {
          for (const positions of micro.slice(first)) yield batch(positions);
        },
        validation: async function* () {
          yield batch([0, 1]);
        },
      },
      learningRate: (step) => 0.3 / (step + 1),
      lowestRateFactor: 1,
      state,
      saveBest: (reached) => save(bestSlot(folder), reached, false),
      saveLast: async (reached) => {
        await save(lastSlot(folder), reached, true);
        savedSteps = reached.step;
      },
      log: (_record: LogRecord) => {},
      progress: () => {},
      control: () => null,
      yieldToMessages: async () => {},
      // Each step takes longer than the time after which a long epoch is saved inside.
      now: (() => {
        let time = 0;
        return () => {
          time += 100_000;
          return time;
        };
      })(),
      memoryMB: () => 1,
    });
    state = result.loop;
    parameters = await session.parameters();
  }
}

/** True where it reached the end of the run. */
async function lifeUntil(folder: string, dieAt: number): Promise<boolean> {
  disk.operations = 0;
  disk.dieAt = dieAt;
  savedSteps = 0;
  // A run folder is there before its run: none is made where a project was moved away.
  mkdirSync(folder, { recursive: true });
  try {
    await live(folder);
    return true;
  } catch (error) {
    if (disk.operations < dieAt) throw error;
    return false;
  } finally {
    disk.dieAt = Number.POSITIVE_INFINITY;
  }
}

const weightsIn = async (folder: string) => {
  const file = (...path: string[]) => hashFile(join(folder, 'checkpoints', ...path));
  return [
    await file('last', 'model.safetensors'),
    await file('last', 'optimizer.safetensors'),
    await file('best', 'model.safetensors'),
  ];
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-kills-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a run killed during a disk operation', { timeout: 300_000 }, () => {
  it('resumes to identical weights, whatever the operation, even if killed again at any other', async () => {
    const undisturbed = join(root, 'undisturbed');
    expect(await lifeUntil(undisturbed, Number.POSITIVE_INFINITY)).toBe(true);
    const { operations } = disk;
    const expected = await weightsIn(undisturbed);
    const left = readdirSync(join(undisturbed, 'checkpoints')).sort();
    expect(left).toEqual(['before', 'best', 'last']);
    expect(operations).toBeGreaterThan(100);

    const random = createRandom(5, 1);
    let secondDeaths = 0;
    for (let dieAt = 1; dieAt <= operations; dieAt++) {
      const folder = join(root, `${dieAt}`);
      expect(await lifeUntil(folder, dieAt), `life until ${dieAt}`).toBe(false);
      const { state } = await findStartingPoint(folder, 'the run');
      expect(state.step, `killed at ${dieAt}`).toBeGreaterThanOrEqual(savedSteps);
      if (!(await lifeUntil(folder, 1 + random.integer(80)))) {
        secondDeaths += 1;
        expect(await lifeUntil(folder, Number.POSITIVE_INFINITY)).toBe(true);
      }
      expect(await weightsIn(folder), `killed at ${dieAt}`).toEqual(expected);
      expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(left);
      rmSync(folder, { recursive: true });
    }
    expect(secondDeaths).toBeGreaterThan(operations / 4);
  });

  it('detects altered bytes on the disk, and loses nothing by it', async () => {
    await expect(
      (async () => {
        await lifeUntil(root, Number.POSITIVE_INFINITY);
        rmSync(join(root, 'checkpoints', 'last', 'trainer.json'));
        disk.flipBit = true;
        await live(root);
      })(),
    ).rejects.toMatchObject({ code: 'checkpoint_unverified', message: expect.stringContaining('read back') });
    expect(readdirSync(join(root, 'checkpoints'))).not.toContain('last.incoming');
  });
});
