import { describe, expect, it } from 'vitest';
import type { RasterPlace } from '../../packs/place';
import type { ClassifySpec, TrainSpec } from '../core/protocol';
import { bestFolder } from '../models/checkpoint-slots';
import { smallRun, temporaryFolders, testEngine, writeSamples } from '../test-support';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-break');

async function trained(): Promise<TrainSpec> {
  const spec = smallRun(newFolder(), { preset: 'quick', epochs: 1 });
  await engine.request('train', spec).result;
  return spec;
}

const question = (spec: TrainSpec, rasters: readonly RasterPlace[], batchSize: number): ClassifySpec => ({
  modelFolder: bestFolder(spec.runFolder),
  pipeline: spec.pipeline,
  device: 'cpu',
  threads: 1,
  batchSize,
  rasters,
  attention: false,
  testTime: null,
});

describe('a prediction during an evaluation', { timeout: 180_000 }, () => {
  it('runs between two batches, with its own model or the same one, and changes no result', async () => {
    const [spec, other] = [await trained(), await trained()];
    const rasters = writeSamples(newFolder(), 40).map(({ raster }) => raster);
    const two = rasters.slice(0, 2);
    const alone = await engine.request('evaluate', question(spec, rasters, 2)).result;
    const answerOfOther = await engine.request('classify', question(other, two, 2)).result;

    const ends: string[] = [];
    const asked: Promise<Float32Array>[] = [];
    const predict = (of: TrainSpec, name: string) =>
      engine.request('classify', question(of, two, 2)).result.then(({ probabilities }) => {
        ends.push(name);
        return probabilities;
      });
    const evaluation = await engine.request('evaluate', question(spec, rasters, 2), {
      onProgress: (_phase, done) => {
        if (done === 4) asked.push(predict(other, 'other model'));
        if (done === 12) asked.push(predict(spec, 'same model'));
      },
    }).result;
    ends.push('evaluation');
    const answers = await Promise.all(asked);
    expect(ends).toEqual(['other model', 'same model', 'evaluation']);
    expect(evaluation.probabilities).toEqual(alone.probabilities);
    expect(answers[0]).toEqual(answerOfOther.probabilities);
    expect(answers[1]).toEqual(alone.probabilities.slice(0, 4));
  });

  it('can be cancelled alone, while the evaluation continues', async () => {
    const spec = await trained();
    const rasters = writeSamples(newFolder(), 20).map(({ raster }) => raster);
    let cancelled: Promise<unknown> | null = null;
    const { probabilities } = await engine.request('evaluate', question(spec, rasters, 1), {
      onProgress: (_phase, done) => {
        if (done !== 2) return;
        const call = engine.request('classify', question(spec, rasters, 1));
        cancelled = call.result.catch(({ code }: { code: string }) => code);
        call.control('cancel');
      },
    }).result;
    expect(probabilities).toHaveLength(40);
    expect(await cancelled).toBe('cancelled');
  });
});
