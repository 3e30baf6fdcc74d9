import { expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { type RunConfigInput, runConfigSchema } from '#shared/models/run-config';
import { runHash } from './run-hash';

const hashOf = (changes: Partial<RunConfigInput>) =>
  runHash({
    runFolder: '',
    cacheFolder: '',
    config: runConfigSchema.parse({ backbone: 'vit-micro', learningRate: 1e-3, ...changes }),
    classes: ['left', 'right'],
    backbone: { kind: 'architecture', name: 'vit-micro' },
    pipeline: defaultPipeline(96),
    train: [],
    validation: [],
    resume: false,
  });

it('depends on everything that decides a run’s weights, and on nothing else', () => {
  for (const changes of [
    { device: 'webgpu' as const },
    { threads: 3 },
    { evaluationBatchSize: 9 },
    { testTimeViews: 4 },
  ]) {
    expect(hashOf(changes)).toBe(hashOf({}));
  }
  for (const changes of [{ seed: 1 }, { layerDecay: 0.9 }, { augmentation: { rotationDegrees: 1 } }]) {
    expect(hashOf(changes)).not.toBe(hashOf({}));
  }
});
