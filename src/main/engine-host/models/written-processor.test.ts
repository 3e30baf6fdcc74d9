import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { Preparation } from '#shared/models/pipeline';
import { preprocessorConfig } from '../../engine/export/processor-config';
import { readImageProcessor } from './image-processor';

const root = mkdtempSync(join(tmpdir(), 'fovea-processor-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/*
 * transformers 5.24 makes the same pixels of these files as Fovea (see preprocess.test.ts for the ones it reads): a
 * script compared AutoImageProcessor.from_pretrained(folder, backend='pil') on three images within one grey level.
 */
it.each<Partial<Preparation>>([
  {},
  { resample: 'bicubic', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { resample: 'lanczos', fit: { kind: 'squash', height: 256, width: 250 } },
  { resample: 'nearest', fit: { kind: 'shortest-edge', edge: 256 } },
  { resample: 'box', fit: { kind: 'shortest-edge', edge: 256, longestEdge: 400 } },
  { resample: 'hamming', fit: { kind: 'letterbox' }, rescaleFactor: 1 / 127.5 },
])('what is written reads back as the same preparation: %o', async (choice) => {
  const pipeline = { ...defaultPipeline(224), ...choice };
  writeFileSync(join(root, 'preprocessor_config.json'), JSON.stringify(preprocessorConfig(pipeline)));
  const { geometry, rescaleFactor, mean, std, notes } = await readImageProcessor(
    root,
    ['preprocessor_config.json'],
    'dinov2',
  );
  const { height, width, resample, fit } = pipeline;
  expect({ ...geometry, rescaleFactor, mean, std }).toEqual({
    ...{ height, width, resample, ...(fit && { fit }) },
    ...{ rescaleFactor: pipeline.rescaleFactor, mean: pipeline.mean, std: pipeline.std },
  });
  expect(notes).toEqual([]);
});
