import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { batchStatistics } from '#shared/imaging/batch-statistics';
import { evaluationView } from '#shared/imaging/evaluation-view';
import { pipelineFor } from '#shared/imaging/pipeline';
import { augmentationSchema } from '#shared/models/run-config';
import { temporaryFolder, writeSamples } from '../test-support';
import { makeBatch, readRaster } from './batch-maker';
import { prepareBatch } from './prepare-batch';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const pipeline = pipelineFor({
  height: 24,
  width: 24,
  fit: { kind: 'letterbox' },
  resample: 'bicubic',
  rescaleFactor: 1 / 127.5,
  mean: [0.9, 1, 1.1],
  std: [0.4, 0.5, 0.6],
});
const samples = writeSamples(folder, 4);
const spec = {
  pipeline,
  augmentation: augmentationSchema.parse({}),
  seed: 5,
  samples,
  repeats: [0, 0, 0, 1],
  shown: 3,
};

it('shows the batch of training and evaluation, and its values', async () => {
  const { views } = await prepareBatch(spec);
  expect(views.map(({ kind, pictures }) => [kind, pictures.length])).toEqual([
    ['evaluation', 3],
    ['augmented', 3],
  ]);
  const batches = [
    makeBatch({ samples, epoch: null }, spec),
    makeBatch({ samples, epoch: 1, repeats: spec.repeats }, spec),
  ];
  expect(views.map(({ statistics }) => statistics)).toEqual(
    batches.map(({ pixels }) => batchStatistics(pixels, 4, 576)),
  );
  expect(views[0]?.statistics).not.toEqual(views[1]?.statistics);
  // What is displayed are the bytes before rescaling and normalisation.
  const seen = evaluationView(readRaster((samples[1] as (typeof samples)[number]).raster), pipeline);
  const picture = views[0]?.pictures[1];
  expect([picture?.width, picture?.height, picture?.channels]).toEqual([24, 24, 3]);
  for (let i = 0; i < 576; i++) expect(picture?.data[3 * i]).toBe(seen.data[i * seen.channels]);
});

it('has no augmented view if augmentation is off', async () => {
  const off = { ...spec, augmentation: augmentationSchema.parse({ enabled: false }) };
  expect((await prepareBatch(off)).views.map(({ kind }) => kind)).toEqual(['evaluation']);
});
