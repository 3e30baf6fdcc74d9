import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunRecord } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import type { ClassifySpec } from '../../engine-host/core/protocol';
import { classifyWithRun, openRunModel } from './run-model';

/** What classification reads of a record. */
const record = {
  classes: ['benign', 'malignant'],
  config: runConfigSchema.parse({
    backbone: 'vit-micro',
    device: 'tfjs',
    threads: 3,
    evaluationBatchSize: 5,
  }),
  pipeline: { width: 64, height: 64 },
} as RunRecord;

const answering = (classes: readonly string[]) => {
  const asked: ClassifySpec[] = [];
  return {
    asked,
    ask: async (spec: ClassifySpec) => {
      asked.push(spec);
      return {
        classes,
        logits: new Float32Array(2),
        probabilities: Float32Array.of(0.25, 0.75),
        attention: [],
        seconds: 1,
      };
    },
  };
};

const raster = { name: 'a.raster', file: '/a.raster', offset: 0, length: 20, checksum: null };

it('uses the values of the record, and those of the request in their place', async () => {
  const { asked, ask } = answering(['benign', 'malignant']);
  const request = { rasters: [raster], attention: true, testTime: null };
  const { probabilities } = await classifyWithRun({ folder: '/runs/1', record }, request, ask);
  expect([...probabilities]).toEqual([0.25, 0.75]);
  const ofRecord = {
    modelFolder: join('/runs/1', 'checkpoints', 'best'),
    pipeline: record.pipeline,
    device: 'tfjs',
    threads: 3,
    batchSize: 5,
    ...request,
  };
  expect(asked).toEqual([ofRecord]);
  await classifyWithRun({ folder: '/runs/1', record }, { ...request, modelFolder: '/export', device: 'cpu' }, ask);
  expect(asked[1]).toEqual({ ...ofRecord, modelFolder: '/export', device: 'cpu' });
});

it('rejects a checkpoint of other classes, or of the same in another order', async () => {
  for (const classes of [['malignant', 'benign'], ['benign'], ['benign', 'malignant', 'other']]) {
    const answer = classifyWithRun(
      { folder: '/runs/1', record },
      { rasters: [], attention: false, testTime: null },
      answering(classes).ask,
    );
    await expect(answer).rejects.toMatchObject({ code: 'run_damaged' });
  }
});

it('reports a missing record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-run-model-'));
  await expect(openRunModel(folder)).rejects.toMatchObject({ code: expect.stringMatching(/^(run_damaged|project_)/) });
  rmSync(folder, { recursive: true, force: true });
});
