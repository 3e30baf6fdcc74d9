import { describe, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import type { EpochRecord } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import { evaluateCases } from '#shared/statistics/evaluate';
import { referenceCases } from '#shared/statistics/reference-cases';
import { type ReportInput, renderReport } from './run-report';

const HOSTILE = `<script>alert("1")</script>'&`;

function reportInput(label: string): ReportInput {
  const classes = ['benign', label, 'normal'];
  const config = runConfigSchema.parse({ backbone: HOSTILE, epochs: 12, learningRate: 0.001 });
  const pipeline = defaultPipeline(96);
  const history = Array.from({ length: 12 }, (_, index): EpochRecord => {
    const fall = Math.exp(-index / 4);
    return {
      kind: 'epoch',
      epoch: index + 1,
      step: (index + 1) * 8,
      stage: 0,
      trainLoss: 0.25 + 0.85 * fall,
      validationLoss: 0.45 + 0.66 * fall + 0.012 * index,
      metrics: {
        accuracy: 0.86 - 0.5 * fall,
        macroF1: 0.85 - 0.53 * fall,
        macroRecall: 0.85 - 0.5 * fall,
        auc: 0.95 - 0.4 * fall,
        loss: 0.45 + 0.66 * fall,
      },
      isBest: index === 8,
      seconds: 6,
    };
  });
  return {
    project: `Project ${HOSTILE}`,
    run: {
      summary: {
        id: '20261123-142233-full-3f2a',
        name: 'vit-micro, full',
        state: 'finished',
        backbone: 'vit-micro',
        preset: 'full',
        device: 'cpu',
        createdAt: '2026-11-23T14:22:33.000Z',
        finishedAt: '2026-11-23T14:24:33.000Z',
        epochsDone: 12,
        epochs: 12,
        best: { epoch: 9, metric: 'accuracy', value: 0.8205 },
        seconds: 120,
        error: null,
        hasModel: true,
        resumable: false,
        queueOrder: 0,
        experiment: null,
        signOff: null,
        parent: null,
      },
      record: {
        id: '20261123-142233-full-3f2a',
        createdAt: '2026-11-23T14:22:33.000Z',
        version: '0.1.0',
        config,
        classes,
        pipeline,
        hashes: {
          dataset: 'a'.repeat(64),
          split: 'b'.repeat(64),
          backbone: 'c'.repeat(64),
          pipeline: pipelineHash(pipeline),
        },
        datasetVersion: { number: 2, hash: 'd'.repeat(64) },
        counts: { train: 468, validation: 156, test: 156 },
        parameters: 711_267,
        trainableParameters: 711_267,
        notes: [`The head is new: 3 classes (${classes.join(', ')}).`],
        experiment: null,
        signOff: null,
        parent: null,
        leaks: [],
      },
      history,
      search: null,
    },
    evaluation: {
      run: '20261123-142233-full-3f2a',
      split: 'test',
      testTimeViews: 0,
      leak: null,
      leaks: [],
      ...evaluateCases(referenceCases(156, 7, false), classes),
      seconds: 2.5,
      imagesPerSecond: 62.4,
      evaluatedAt: '2026-11-23T14:25:00.000Z',
    },
    parts: [
      { split: 'train', images: 468, patients: 120, withoutPatient: 0, perClass: [262, 126, 80] },
      { split: 'validation', images: 156, patients: 40, withoutPatient: 0, perClass: [87, 42, 27] },
      { split: 'test', images: 156, patients: 51, withoutPatient: 0, perClass: [51, 51, 54] },
    ],
    split: [['patients in more than one split', '0']],
    environment: [['machine', HOSTILE]],
    testOpenings: [
      {
        at: '2026-11-23T14:20:00.000Z',
        run: '20261123-142233-full-3f2a',
        runName: '<b>A run</b>',
        by: 'R. Reader',
        images: 156,
      },
    ],
    example: null,
    writtenAt: '2026-11-23T14:26:00.000Z',
  };
}

describe('report', () => {
  const page = renderReport(reportInput(HOSTILE));

  it('escapes external text', () => {
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
  });

  it('contains no script, no link and no request', () => {
    expect(page).not.toMatch(/\son\w+\s*=|javascript:|<link|<iframe|@import|url\(/i);
    expect(page.match(/https?:/g)).toBeNull();
  });

  it('states that it is for research only, and shows the numbers with their intervals', () => {
    expect(page.match(/Research use only/g)?.length).toBeGreaterThanOrEqual(2);
    // 128 of 156; numpy, 20,000 resamples of patients: 76.2 to 87.7 %.
    expect(page).toContain('82.1 %');
    expect(page).toContain('76.3 – 87.6 %');
    expect(page).toContain('156 images of 51 patients');
    expect(page).toContain('a'.repeat(64));
    expect(page).toContain(`2, <code>${'d'.repeat(64)}</code>`);
    expect(page).toContain('711,267');
  });

  it('says whether predictions are averages over several views', () => {
    expect(page).toContain('none: one view per image');
    const input = reportInput('malignant');
    const averaged = renderReport({ ...input, evaluation: { ...input.evaluation, testTimeViews: 4 } });
    expect(averaged.match(/mean of 1 \+ 4 views per image/g)).toHaveLength(2);
  });

  it('states that patients are unknown, with the caution, if no patient is known', () => {
    const input = reportInput('malignant');
    const unnamed = referenceCases(156, 7, false).map((entry) => ({ ...entry, patient: null }));
    const unknown = { patients: null, withoutPatient: 156 };
    const nobody = renderReport({
      ...input,
      evaluation: { ...input.evaluation, ...evaluateCases(unnamed, input.run.record.classes) },
      parts: input.parts.map((part) => ({ ...part, ...unknown })),
    });
    expect(nobody).toContain('156 images, patients unknown');
    expect(nobody).toContain('Patients are unknown: images of one person may be both here and among');
    expect(nobody).toContain('a bootstrap that draws images with replacement');
    expect(nobody).not.toMatch(/\d+ patients/);
  });

  it('draws every cell of the confusion matrix and marks the best epoch', () => {
    for (const count of [41, 43, 44, 5, 3, 7]) expect(page).toMatch(new RegExp(`>${count}</text>`));
    expect(page).toContain('best: epoch 9');
  });

  it('works without history, intervals or AUC', () => {
    const input = reportInput('malignant');
    const bare = renderReport({
      ...input,
      run: { ...input.run, history: [] },
      evaluation: {
        ...input.evaluation,
        auc: null,
        cautions: [],
        perClass: input.evaluation.perClass.map((entry) => ({ ...entry, auc: null })),
      },
      testOpenings: null,
    });
    expect(bare).not.toMatch(/NaN|undefined|Infinity/);
    expect(bare).toContain('a class has no cases');
  });
});
