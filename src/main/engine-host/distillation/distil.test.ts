import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import type { NamedTensors } from '../../engine/tensor';
import type { VitConfig } from '../../engine/vit/config';
import { initialiseParameters } from '../../engine/vit/initialise';
import { parameterGroups } from '../../engine/vit/parameters';
import { reduceModel } from '../../engine/vit/reduce';
import { tinyConfig } from '../../engine/vit/test-support';
import { type DistillationHooks, type DistillationRecord, distil } from './distil';
import type { DistillationSpec } from './distillation-spec';

const root = mkdtempSync(join(tmpdir(), 'fovea-distil-'));
afterAll(() => rmSync(root, { recursive: true }));

const bare = { ...tinyConfig, classes: [] };
const draw = (config: VitConfig, seed: number): NamedTensors =>
  initialiseParameters(
    parameterGroups(config).flatMap((group) => group.parameters),
    seed,
  );
const teacherConfig: VitConfig = { ...bare, family: 'dinov2', layerNormEpsilon: 1e-6, maskToken: true };
/** Weights large enough for the teacher's tokens to depend on the picture. */
const teacherParameters = new Map(
  [...draw(teacherConfig, 1)].map(([name, { shape, data }]) => [
    name,
    { shape, data: name.endsWith('weight') && shape.length > 1 ? data.map((x) => 10 * x) : data },
  ]),
);
/** Half of the teacher's blocks and units. */
const student = reduceModel(teacherConfig, teacherParameters, { blocks: [1], intermediateSize: 12 });

const stage = { learningRate: 0.01, warmupSteps: 2, shardPictures: 8, shards: 2 };
const specIn = (name: string): DistillationSpec => ({
  folder: join(root, name),
  teacher: { config: teacherConfig, parameters: teacherParameters, hash: 'teacher' },
  student,
  normalisation: { rescaleFactor: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  stages: [
    { ...stage, imageSize: 16, steps: 60 },
    { ...stage, imageSize: 32, steps: 8 },
  ],
  batchSize: 4,
  uses: 2,
  heldOutPictures: 5,
  weights: { cls: 1, patches: 1, mean: 1 },
  weightDecay: 0,
  emaDecay: 0.9,
  seed: 3,
  device: 'cpu',
  threads: 1,
});
/** Squares of one colour on another. */
const source = {
  id: 'squares',
  picture: (index: number, size: number, heldOut: boolean) => {
    const random = createRandom(index, heldOut ? 1 : 0);
    const [edge, inside, outside] = [random.uniform(0.2, 0.8) * size, random.integer(256), random.integer(256)];
    return Uint8Array.from({ length: 3 * size * size }, (_, i) =>
      i % size < edge && Math.floor(i / size) % size < edge ? inside : outside,
    );
  },
};

/** Runs until the given number of calls of `shouldPause`, of which there is one a step and one a picture. */
async function run(spec: DistillationSpec, callsBeforePause = Number.POSITIVE_INFINITY) {
  const records: DistillationRecord[] = [];
  let calls = 0;
  const hooks: DistillationHooks = {
    onProgress: async () => {},
    onRecord: (record) => records.push(record),
    shouldPause: () => {
      calls += 1;
      return calls > callsBeforePause;
    },
  };
  return { result: await distil(spec, source, hooks), records };
}
const numbers = (parameters: NamedTensors) => [...parameters].map(([name, { data }]) => [name, [...data]]);

describe('a distillation', () => {
  it('teaches the student the features of the teacher, on pictures that it was not trained on', async () => {
    const { result, records } = await run(specIn('whole'));
    expect(result.state).toBe('finished');
    const ofFirstStage = records.filter(({ stage: at }) => at === 0);
    const [before, after] = [ofFirstStage[0]?.heldOut, ofFirstStage.at(-1)?.heldOut];
    expect(Object.keys(after ?? {})).toEqual(['cls', 'patches', 'mean']);
    for (const [name, error] of Object.entries(after ?? {})) {
      expect(error).toBeLessThan(0.65 * (before?.[name as keyof typeof before] ?? 0));
    }
    // 32 pixels give 16 patches instead of 4.
    if (result.state !== 'finished') throw new Error('paused');
    expect(result.model.config.imageSize).toBe(32);
    expect(result.model.parameters.get('dinov2.embeddings.position_embeddings')?.shape).toEqual([1, 17, 12]);
    expect([...result.model.parameters.keys()].filter((name) => /classifier|distillation/.test(name))).toEqual([]);
  });

  it('continues after pauses, in shards and between steps, with the same bits', async () => {
    const whole = await run(specIn('uninterrupted'));
    if (whole.result.state !== 'finished') throw new Error('paused');
    const spec = specIn('paused');
    let pauses = 0;
    let last = await run(spec, 5);
    const records = [...last.records];
    for (; last.result.state === 'paused'; pauses += 1) {
      // A changed number of calls stops in another place each time.
      last = await run(spec, 21 + pauses);
      records.push(...last.records);
    }
    expect(pauses).toBeGreaterThan(5);
    expect(numbers(last.result.model.parameters)).toEqual(numbers(whole.result.model.parameters));
    expect(records.map(({ loss, heldOut }) => ({ loss, heldOut }))).toEqual(
      whole.records.map(({ loss, heldOut }) => ({ loss, heldOut })),
    );
    // Old shards are deleted, and only the newest two of each stage remain.
    const shards = readdirSync(spec.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /targets-.*\//.test(name),
    );
    expect(shards).toHaveLength(4);
  });

  it('does not continue one with other settings', async () => {
    await run(specIn('changed'), 40);
    await expect(run({ ...specIn('changed'), seed: 4 })).rejects.toMatchObject({ code: 'distillation_changed' });
  });
});
