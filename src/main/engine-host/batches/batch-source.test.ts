import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { augmentationSchema } from '#shared/models/run-config';
import { drawMix } from '../../engine/train/mixup';
import type { Batch } from '../../engine/train/session';
import { temporaryFolder, writeSamples } from '../test-support';
import { makeBatch } from './batch-maker';
import { featureBatches, imageBatches } from './batch-source';
import { batchesHere } from './loader';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const mixing = { alpha: 0.4, seed: 5 };
const plan = [
  [2, 0],
  [3, 1],
];
async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('mixed batches', () => {
  const set = { views: [Float32Array.of(0, 1, 2, 3)], labels: Int32Array.of(0, 1, 0, 1) };

  it('blend features by the micro-batch’s position in its epoch, wherever a run resumes', async () => {
    const source = featureBatches(set, set, 1, 2, mixing);
    const whole = await collect(source.training(3, plan, 0));
    const { share, partners } = drawMix(0.4, 5, 3, 1, 2);
    const own = [3, 1];
    expect([...(whole[1]?.pixels ?? [])]).toEqual(
      own.map((value, row) => Math.fround(share * value + (1 - share) * (own[partners[row] as number] as number))),
    );
    expect(whole[1]?.mixed?.share).toBe(share);
    expect(await collect(source.training(3, plan, 1))).toEqual(whole.slice(1));
    expect(await collect(source.training(4, plan, 0))).not.toEqual(whole);
    // What is validated is never mixed.
    expect((await collect(source.validation())).every(({ mixed }) => mixed === undefined)).toBe(true);
  });

  it('blend images after augmentation', async () => {
    const samples = writeSamples(folder, 4);
    const settings = { pipeline: defaultPipeline(24), augmentation: augmentationSchema.parse({}), seed: 5 };
    const loader = {
      batches: (orders: Parameters<typeof batchesHere>[0]) => batchesHere(orders, settings),
      close: async () => {},
    };
    const source = imageBatches(loader, samples, samples, 2, mixing);
    const whole = await collect(source.training(3, plan, 0));
    const plain = makeBatch({ epoch: 3, samples: [samples[3], samples[1]] as typeof samples }, settings);
    const { share, partners } = drawMix(0.4, 5, 3, 1, 2);
    const size = plain.pixels.length / 2;
    const at = (row: number) =>
      share * (plain.pixels[row * size + 100] as number) +
      (1 - share) * (plain.pixels[(partners[row] as number) * size + 100] as number);
    expect(whole[1]?.pixels[100]).toBe(Math.fround(at(0)));
    expect(whole[1]?.pixels[size + 100]).toBe(Math.fround(at(1)));
    expect(await collect(source.training(3, plan, 1))).toEqual(whole.slice(1));
    expect((await collect(source.validation())).every(({ mixed }) => mixed === undefined)).toBe(true);
  });
});

describe('views of cached features', () => {
  const labels = Int32Array.of(0, 1);
  const train = { views: [Float32Array.of(10, 20), Float32Array.of(11, 21), Float32Array.of(12, 22)], labels };
  const validation = { views: [Float32Array.of(7, 8)], labels };
  const source = featureBatches(train, validation, 1, 2, null);
  const rows = async (batches: AsyncIterable<Batch>) => (await collect(batches)).map(({ pixels }) => [...pixels]);

  it('rotate from epoch to epoch, starting with the first', async () => {
    const shown: number[][][] = [];
    for (const epoch of [1, 2, 3, 4]) shown.push(await rows(source.training(epoch, [[1, 0]], 0)));
    expect(shown).toEqual([[[20, 10]], [[21, 11]], [[22, 12]], [[20, 10]]]);
    expect(await rows(source.validation())).toEqual([[7, 8]]);
  });
  it('differ when the sampler draws an image again, also after a pause', async () => {
    const drawn = [
      [1, 1],
      [0, 1],
    ];
    expect(await rows(source.training(2, drawn, 0))).toEqual([
      [21, 22],
      [11, 20],
    ]);
    expect(await rows(source.training(2, drawn, 1))).toEqual([[11, 20]]);
  });
});
