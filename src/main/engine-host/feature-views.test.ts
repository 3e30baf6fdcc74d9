import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunProgress } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { relativeError } from '../engine/selftest/check';
import { createClassifier } from '../engine/train/classifier';
import { launchNodeHost } from '../process/node-launcher';
import { makeBatch } from './batch-maker';
import { lastFolder } from './checkpoint-slots';
import { createEngineClient, type EngineClient } from './client';
import { loadBackbone } from './load-backbone';
import type { TrainSpec } from './protocol';
import { hashFile } from './tensor-files';
import { buildEngineHost, smallRun, temporaryFolder } from './test-support';

let engine: EngineClient;
const folder = temporaryFolder();
beforeAll(async () => {
  engine = createEngineClient({ launcher: launchNodeHost, entry: await buildEngineHost('engine-host-views') });
}, 180_000);
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const quick = (name: string, config: Partial<RunConfigInput> = {}): TrainSpec => ({
  ...smallRun(folder, { preset: 'quick', epochs: 4, featureViews: 3, ...config }),
  runFolder: join(folder, name),
});

async function train(spec: TrainSpec, pauseAt = 0) {
  const phases = new Set<RunProgress['phase']>();
  const call = engine.request('train', spec, {
    onRunProgress: ({ phase }) => phases.add(phase),
    onLog: (record) => {
      if (record.kind === 'step' && record.step === pauseAt) call.control('pause');
    },
  });
  const { state } = await call.result;
  return { state, phases };
}
const weights = ({ runFolder }: TrainSpec) => hashFile(join(lastFolder(runFolder), 'model.safetensors'));
const cached = () =>
  readdirSync(join(folder, 'cache', 'features')).map((key) => ({
    key,
    files: readdirSync(join(folder, 'cache', 'features', key)),
  }));

describe('feature views', { timeout: 180_000 }, () => {
  it('are computed once each, those that the epochs would augment, and a paused run goes on with them', async () => {
    const spec = quick('whole');
    const first = await train(spec);
    expect(first.phases).toContain('extracting');
    // Three views of 18 training images, and 8 validation images as they are.
    expect(
      cached()
        .map(({ files }) => files.length)
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
    const name = `${sample.image}-${basename(sample.raster)}.f32`;
    const stored = cached()
      .filter(({ files }) => files.includes(name))
      .map(
        ({ key }) =>
          new Float32Array(new Uint8Array(readFileSync(join(folder, 'cache', 'features', key, name))).buffer),
      );
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

  it('of another augmentation or seed are other views; without augmentation there is one', async () => {
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
