import { describe, expect, it } from 'vitest';
import { defaultPipeline, pipelineHash } from '#shared/imaging/pipeline';
import { type Evaluation, runRecordSchema } from '#shared/models/run';
import { runConfigSchema } from '#shared/models/run-config';
import { evaluateCases } from '#shared/statistics/evaluate';
import { referenceCases } from '#shared/statistics/reference-cases';
import { modelCard } from './export-card';

const classes = ['benign', 'malignant', 'normal'];
const pipeline = defaultPipeline(96);
const record = runRecordSchema.parse({
  id: '20261123-142233-full-3f2a',
  createdAt: '2026-11-23T14:22:33.000Z',
  version: '0.1.0',
  config: runConfigSchema.parse({ backbone: 'vit-micro', learningRate: 0.001 }),
  classes,
  pipeline,
  hashes: { dataset: 'a', split: 'b', backbone: 'c', pipeline: pipelineHash(pipeline) },
  counts: { train: 468, validation: 156, test: 155 },
  parameters: 711_267,
  trainableParameters: 711_267,
  notes: ['779 images, patients unknown.'],
});

const cardOf = (evaluation: ReturnType<typeof evaluateCases>): string => {
  const whole: Evaluation = {
    run: record.id,
    split: 'test',
    testTimeViews: 0,
    leak: null,
    leaks: [],
    ...evaluation,
    seconds: 2.5,
    imagesPerSecond: 62.4,
    evaluatedAt: '2026-11-23T14:25:00.000Z',
  };
  return modelCard({ project: 'P', name: 'A run', record, evaluations: [whole], usage: 'Open it.', comparison: null });
};

describe('the card of a model', () => {
  it('names the patches left out of training, where layers were trained', () => {
    const cardWith = (config: Partial<typeof record.config>) =>
      modelCard({
        ...{ project: 'P', name: 'A run', evaluations: [], usage: 'Open it.', comparison: null },
        record: { ...record, config: { ...record.config, ...config } },
      });
    const words = 'of the patches left out of each training step';
    expect(cardWith({ patchDropout: 0.25 })).toContain(`seed 42, 25.0 % ${words}. Best epoch`);
    expect(cardWith({})).not.toContain(words);
    expect(cardWith({ patchDropout: 0.25, preset: 'quick' })).not.toContain(words);
  });

  const cases = referenceCases(155, 7, false);

  it('states how images are prepared', () => {
    const card = cardOf(evaluateCases(cases, classes));
    expect(card).toContain('whole image resized to 96 × 96 px, aspect not kept (bilinear, antialiased)');
    expect(card).toContain('`AutoImageProcessor.from_pretrained(folder, backend="pil")`');
  });

  it('states that patients are unknown, with the caution, if no patient is known', () => {
    const card = cardOf(
      evaluateCases(
        cases.map((entry) => ({ ...entry, patient: null })),
        classes,
      ),
    );
    expect(card).toContain('### Test set: 155 images, patients unknown');
    expect(card).toContain('- Patients are unknown: images of one person may be both here and among');
    expect(card).toContain('- 779 images, patients unknown.');
    expect(card).not.toMatch(/\d+ patients/);
  });

  it('counts known patients, without that caution', () => {
    const patients = new Set(cases.map(({ patient }) => patient)).size;
    const card = cardOf(evaluateCases(cases, classes));
    expect(card).toContain(`### Test set: 155 images of ${patients} patients`);
    expect(card).not.toContain('Patients are unknown');
  });
});
