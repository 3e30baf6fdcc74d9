import { describe, expect, it } from 'vitest';
import { defaultPipeline } from '#shared/imaging/pipeline';
import { runConfigSchema } from '#shared/models/run-config';
import { type CheckInput, runProblems, runWarnings, smallerBatch } from './run-checks';

/** A run of `images` training images that is estimated to take `memoryMB` of 16 GiB. */
const inputOf = (settings: object, memoryMB: number, images = 100): CheckInput => ({
  config: runConfigSchema.parse({ backbone: 'b', ...settings }),
  classes: ['a', 'b'],
  samples: Array.from({ length: images }, (_, index) => ({
    image: index,
    hash: String(index),
    part: 'train' as const,
    label: index % 2,
    patient: index,
  })),
  hasSplit: true,
  patientsAcrossSplits: 0,
  duplicatesAcrossSplits: 0,
  labelClaims: [],
  signOff: null,
  estimate: {
    parameters: 1,
    trainableParameters: 1,
    stageParameters: [1],
    memoryMB,
    diskBytes: 0,
    seconds: null,
    preparation: defaultPipeline(224),
    preparationFile: null,
    pretrained: true,
    head: 'new',
    notes: [],
    hash: '',
  },
  estimateProblem: null,
  machineMemoryMB: 16_384,
});

describe('a run that does not fit into memory', () => {
  it('is offered half the batch with twice the accumulation', () => {
    const input = inputOf({ batchSize: 16, gradientAccumulation: 2 }, 20_000);
    expect(smallerBatch(input)).toEqual({ batchSize: 8, gradientAccumulation: 4 });
    expect(runWarnings(input)[0]).toMatch(/19\.5 GiB.*16\.0 GiB.*Batches of 8 with a gradient accumulation of 4/);
  });

  it('halves the actual number of images in a batch', () => {
    expect(smallerBatch(inputOf({ batchSize: 64, gradientAccumulation: 1 }, 20_000, 12))).toEqual({
      batchSize: 6,
      gradientAccumulation: 2,
    });
  });

  it('is offered nothing if one image is too much, or accumulation is at its limit', () => {
    const one = inputOf({ batchSize: 1 }, 20_000);
    expect(smallerBatch(one)).toBeNull();
    expect(runWarnings(one)[0]).toMatch(/smaller backbone or a smaller image size/);
    expect(smallerBatch(inputOf({ batchSize: 4, gradientAccumulation: 1024 }, 20_000))).toBeNull();
  });

  it('needs more than nine tenths of it', () => {
    expect(smallerBatch(inputOf({}, 14_700))).toBeNull();
    expect(runWarnings(inputOf({}, 14_700)).join(' ')).not.toMatch(/memory/);
    expect(smallerBatch(inputOf({}, 14_800))).not.toBeNull();
    expect(smallerBatch({ ...inputOf({}, 1), estimate: null })).toBeNull();
  });
});

describe('settings that cannot train', () => {
  it('include absurd learning rates, of the run and of its head', () => {
    expect(runProblems(inputOf({ learningRate: 1e-3 }, 1)).join(' ')).not.toMatch(/rate/);
    expect(runProblems(inputOf({ learningRate: 1000, headLearningRate: 50 }, 1))).toEqual(
      expect.arrayContaining([
        'The learning rate 1000 cannot train anything. Above 0, up to 10; 1e-6 to 0.1 is common.',
        'The head learning rate 50 cannot train anything. Above 0, up to 10; 1e-6 to 0.1 is common.',
      ]),
    );
  });

  it('are named as in the window', () => {
    const input = inputOf({ preset: 'quick' }, 1);
    const fromScratch = { ...input, estimate: input.estimate && { ...input.estimate, pretrained: false } };
    expect(runWarnings(fromScratch).join(' ')).toContain('“Quick look” does not train. Choose “Full”');
  });
});
